package dev.querent.text;

import java.util.Arrays;

/**
 * Reads a message in the protocol buffer wire format field by field. A length is never believed beyond what is left, so
 * a damaged message ends in an error.
 */
final class ProtocolBuffer {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final byte[] message;
    private final String where;
    private int at;
    private int type;

    /**
     * @param where named in errors
     */
    ProtocolBuffer(byte[] message, String where) {
        this.message = message;
        this.where = where;
    }

    /** Whether another field follows. */
    boolean hasNext() {
        return at < message.length;
    }

    /** The number of the next field, whose value is read or skipped next. */
    int field() {
        long tag = varint();
        type = (int) (tag & 7);
        long field = tag >>> 3;
        if (field < 1 || field > 536_870_911) {
            throw damaged("a field number from 1 to 536870911", String.valueOf(field));
        }
        return (int) field;
    }

    long number() {
        expect(VARINT);
        return varint();
    }

    float fraction() {
        expect(FIXED_32);
        int start = advance(4);
        int bits = 0;
        for (int i = 3; i >= 0; i--) {
            bits = (bits << 8) | (message[start + i] & 0xff);
        }
        return Float.intBitsToFloat(bits);
    }

    byte[] bytes() {
        expect(BYTES);
        long length = varint();
        int start = advance(length);
        return Arrays.copyOfRange(message, start, at);
    }

    String text() {
        return BoundedFile.text(bytes(), where);
    }

    void skip() {
        switch (type) {
            case VARINT -> varint();
            case FIXED_64 -> advance(8);
            case BYTES -> advance(varint());
            case FIXED_32 -> advance(4);
            default -> throw damaged("a field of type 0, 1, 2 or 5", String.valueOf(type));
        }
    }

    private void expect(int expected) {
        if (type != expected) {
            throw damaged("a field of type " + expected, String.valueOf(type));
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = message[advance(1)];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("a number of at most 10 bytes", "a longer one");
    }

    /** Goes on by some bytes; where they begin. */
    private int advance(long bytes) {
        if (bytes < 0 || bytes > message.length - at) {
            throw damaged("another " + Long.toUnsignedString(bytes) + " bytes", String.valueOf(message.length - at));
        }
        int start = at;
        at += (int) bytes;
        return start;
    }

    private IllegalArgumentException damaged(String expected, String found) {
        return new IllegalArgumentException(where + ": cut short, or no sentencepiece model: expected " + expected
                + " at byte " + at + " of a message, found " + found);
    }
}
