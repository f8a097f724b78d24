package dev.querent.task.scoring;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read since the last record ended, and refuses to go on behind a limit. */
final class RecordMeter extends FilterInputStream {

    static final int LARGEST_RECORD = 16 << 20;

    private long read;
    private boolean unlimited;

    /** A record has more than {@link #LARGEST_RECORD} bytes. */
    static final class RecordTooLarge extends RuntimeException {}

    RecordMeter(InputStream in) {
        super(in);
    }

    void restart() {
        read = 0;
    }

    /** While something is skipped, which takes no memory. */
    void setUnlimited(boolean unlimited) {
        this.unlimited = unlimited;
    }

    boolean isUnlimited() {
        return unlimited;
    }

    @Override
    public int read() throws IOException {
        return count(super.read(), 1);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int got = super.read(bytes, offset, length);
        return count(got, got);
    }

    private int count(int result, int bytes) {
        read += Math.max(0, bytes);
        if (read > LARGEST_RECORD && !unlimited) {
            throw new RecordTooLarge();
        }
        return result;
    }
}
