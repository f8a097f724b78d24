package dev.querent.task.caching;

import dev.querent.data.SampleList;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells splits apart by the names of their samples. An image that changes under its name is not noticed. */
final class SampleDigest {

    private SampleDigest() {}

    /** Number and SHA-256 of all names in their order. */
    static String of(SampleList samples) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < samples.size(); i++) {
                digest.update((samples.get(i).id() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return samples.size() + " " + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
