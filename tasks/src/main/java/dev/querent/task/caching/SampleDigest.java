package dev.querent.task.caching;

import dev.querent.data.SampleList;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells splits apart by the names of their samples. An image that changes under its name is not noticed. */
final class SampleDigest {

    /** Of a list that is too long to be looked at as a whole. */
    private static final int MOST_PROBES = 1000;

    private SampleDigest() {}

    /** Number and SHA-256 of all names in their order; of some, evenly spread, where the list can't be surveyed. */
    static String of(SampleList samples) {
        int step = samples.surveyable() ? 1 : Math.max(1, samples.size() / MOST_PROBES);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < samples.size(); i += step) {
                digest.update((samples.get(i).id() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return samples.size() + " " + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
