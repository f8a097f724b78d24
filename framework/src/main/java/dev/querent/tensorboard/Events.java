package dev.querent.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The records of an event file. A record is an {@code Event} of TensorFlow's {@code event.proto} between its length and its checksums
 * (TFRecord); field numbers are those of {@code event.proto}, {@code summary.proto} and {@code tensor.proto}.
 */
final class Events {

    private static final String VERSION = "brain.Event:2";

    private static final int CRC_MASK = 0xa282ead8;
    private static final int STRING = 7; // DT_STRING
    private static final int START = 1;

    private Events() {}

    /** What every file begins with. */
    static byte[] version(Instant time) {
        return record(event(time, 0).with(3, VERSION));
    }

    /**
     * The beginning of a session: readers forget what sessions before it wrote of this step and later ones.
     *
     * @param step counted from 1
     */
    static byte[] start(Instant time, long step) {
        return record(event(time, step).with(7, new Message().with(1, START)));
    }

    /**
     * Numbers of one step.
     *
     * @param group stands before each name, {@code training/loss}; TensorBoard shows those of a group together
     */
    static byte[] scalars(Instant time, long step, String group, Map<String, Double> values) {
        Message summary = new Message();
        values.forEach((name, value) ->
                summary.with(1, new Message().with(1, group + "/" + name).with(2, value.floatValue())));
        return record(event(time, step).with(5, summary));
    }

    /** A text in Markdown. */
    static byte[] text(Instant time, String name, String markdown) {
        Message shape = new Message().with(2, new Message().with(1, 1));
        Message tensor = new Message().with(1, STRING).with(2, shape).with(8, markdown);
        Message plugin = new Message().with(1, new Message().with(1, "text"));
        Message value = new Message().with(1, name).with(8, tensor).with(9, plugin);
        return record(event(time, 0).with(5, new Message().with(1, value)));
    }

    private static Message event(Instant time, long step) {
        double seconds = time.getEpochSecond() + time.getNano() / 1e9;
        return new Message().with(1, seconds).with(2, step);
    }

    private static byte[] record(Message event) {
        byte[] data = event.toBytes();
        byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(length);
        record.writeBytes(checksum(length));
        record.writeBytes(data);
        record.writeBytes(checksum(data));
        return record.toByteArray();
    }

    /** CRC-32C, turned and shifted, so that the checksum of a text that holds checksums is one too. */
    private static byte[] checksum(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
        return littleEndian(Integer.BYTES).putInt(masked).array();
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
