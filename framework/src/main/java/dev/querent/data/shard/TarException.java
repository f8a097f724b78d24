package dev.querent.data.shard;

import java.io.IOException;

/** A tar file that can't be read on: broken, cut short, or made to exhaust memory. The message says where and why. */
final class TarException extends IOException {
    TarException(String message) {
        super(message);
    }
}
