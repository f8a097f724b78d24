package dev.querent.data.shard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads parts of many files, of which a few are kept open. Thread-safe, also where a thread that reads is interrupted, which
 * closes the file for all.
 */
final class PositionalFiles implements AutoCloseable {

    private static final int MOST_OPEN = 64;

    private final Map<Path, FileChannel> open = new LinkedHashMap<>(16, 0.75f, true);

    /** Fills the buffer as far as the file goes. */
    void read(Path file, ByteBuffer to, long position) throws IOException {
        int begun = to.position();
        while (true) {
            FileChannel channel = channel(file);
            try {
                int read = 0;
                while (read >= 0 && to.hasRemaining()) {
                    read = channel.read(to, position + to.position() - begun);
                }
                return;
            } catch (ClosedChannelException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                to.position(begun); // somebody else was interrupted, or needed room
            }
        }
    }

    /** Closes what is open; reading opens it again. */
    @Override
    public void close() {
        synchronized (open) {
            for (FileChannel channel : open.values()) {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot close a file", e);
                }
            }
            open.clear();
        }
    }

    private FileChannel channel(Path file) throws IOException {
        synchronized (open) {
            FileChannel channel = open.get(file);
            if (channel == null || !channel.isOpen()) {
                channel = FileChannel.open(file, StandardOpenOption.READ);
                open.put(file, channel);
                if (open.size() > MOST_OPEN) {
                    Iterator<FileChannel> oldest = open.values().iterator();
                    oldest.next().close();
                    oldest.remove();
                }
            }
            return channel;
        }
    }
}
