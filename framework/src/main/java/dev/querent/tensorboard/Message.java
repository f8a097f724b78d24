package dev.querent.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A message in the protocol buffer wire format. Fields have to come in the order of their numbers to give the bytes that others give. */
final class Message {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A whole number that is not negative; 0 is what a missing field means, and is left out. */
    Message with(int field, long value) {
        if (value != 0) {
            tag(field, VARINT);
            varint(value);
        }
        return this;
    }

    Message with(int field, double value) {
        tag(field, FIXED_64);
        return littleEndian(Double.doubleToRawLongBits(value), Double.BYTES);
    }

    Message with(int field, float value) {
        tag(field, FIXED_32);
        return littleEndian(Float.floatToRawIntBits(value), Float.BYTES);
    }

    Message with(int field, String value) {
        return with(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message with(int field, Message value) {
        return with(field, value.toBytes());
    }

    private Message with(int field, byte[] value) {
        tag(field, BYTES);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private void tag(int field, int type) {
        varint(((long) field << 3) | type);
    }

    private void varint(long value) {
        long rest = value;
        while (rest >= 0x80) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    private Message littleEndian(long bits, int size) {
        for (int i = 0; i < size; i++) {
            bytes.write((int) (bits >>> (8 * i)));
        }
        return this;
    }
}
