package dev.querent.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What a reader of event files sees in a folder: the files in the order of their names, each up to a record that was cut short; at the
 * beginning of a session it forgets what it has of that step and later ones. Written against the format, not against our writer.
 */
final class RecordedEvents {

    private static final int SUMMARY = 5;
    private static final int SESSION = 7;

    private final Map<String, Map<Long, Float>> scalars = new TreeMap<>();
    private int sessions;
    private int doubled;

    RecordedEvents(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> sorted = files.filter(
                            file -> file.getFileName().toString().contains("tfevents"))
                    .sorted()
                    .toList();
            for (Path file : sorted) {
                read(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Values by step, by tag. */
    Map<String, Map<Long, Float>> scalars() {
        return scalars;
    }

    int sessions() {
        return sessions;
    }

    /** Values of a step that was there already. */
    int doubled() {
        return doubled;
    }

    private void read(ByteBuffer file) {
        while (file.remaining() >= 12) {
            byte[] length = new byte[8];
            file.get(length);
            require(length, file.getInt());
            long bytes = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (file.remaining() < bytes + 4) {
                return;
            }
            byte[] data = new byte[(int) bytes];
            file.get(data);
            require(data, file.getInt());
            event(data);
        }
    }

    private static void require(byte[] data, int masked) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        long value = crc.getValue();
        long expected = (((value >>> 15) | (value << 17)) + 0xa282ead8L) & 0xffffffffL;
        if (expected != Integer.toUnsignedLong(masked)) {
            throw new AssertionError("a record's checksum is wrong");
        }
    }

    private void event(byte[] data) {
        Map<Integer, Object> event = new LinkedHashMap<>();
        fields(data, event::put);
        long step = (Long) event.getOrDefault(2, 0L);
        if (event.containsKey(SESSION)) {
            sessions++;
            scalars.values().forEach(values -> values.keySet().removeIf(known -> known >= step));
        }
        if (event.get(SUMMARY) instanceof byte[] summary) {
            fields(summary, (field, value) -> scalar(step, (byte[]) value));
        }
    }

    private void scalar(long step, byte[] value) {
        Map<Integer, Object> fields = new LinkedHashMap<>();
        fields(value, fields::put);
        if (fields.get(2) instanceof Float number) {
            String tag = new String((byte[]) fields.get(1), StandardCharsets.UTF_8);
            Float before = scalars.computeIfAbsent(tag, any -> new TreeMap<>()).put(step, number);
            doubled += before == null ? 0 : 1;
        }
    }

    private static void fields(byte[] message, BiConsumer<Integer, Object> each) {
        ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            long tag = varint(bytes);
            Object value = switch ((int) (tag & 7)) {
                case 0 -> varint(bytes);
                case 1 -> bytes.getDouble();
                case 2 -> {
                    byte[] content = new byte[(int) varint(bytes)];
                    bytes.get(content);
                    yield content;
                }
                case 5 -> bytes.getFloat();
                default -> throw new AssertionError("a field of type " + (tag & 7));
            };
            each.accept((int) (tag >>> 3), value);
        }
    }

    private static long varint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
