package dev.querent.app.plan;

/** What a plan assumes where nothing can be known. */
final class Assumptions {

    /** Bytes of a picture's file: a web picture of some 500 pixels as JPEG. */
    static final double PICTURE_BYTES = 1e5;

    /** Bytes a second of a checkpoint that is written, synced, and read again for its checksum. */
    static final double CHECKPOINT_RATE = 5e8;

    private Assumptions() {}
}
