package dev.querent.data.shard;

import java.util.Map;
import java.util.Optional;

/**
 * One sample of a shard. Nothing but headers is in memory.
 *
 * @param shard file name of the tar file
 * @param key the sample's own; empty where the shard is too damaged to tell
 * @param members by extension in lower case
 * @param refusal why the sample can't be used; empty where it can
 */
public record ShardSample(String shard, String key, Map<String, Member> members, Optional<String> refusal) {
    public ShardSample {
        members = Map.copyOf(members);
    }

    /** Shard and key, which together are unique. */
    public String id() {
        return shard + ":" + key;
    }

    /** Content that is read when it is asked for. */
    public interface Member {
        /** In bytes. */
        long size();

        /**
         * Reads the content.
         *
         * @throws java.io.UncheckedIOException where the file can't be read
         * @throws IllegalArgumentException where it is larger than a member may be
         */
        byte[] content();
    }
}
