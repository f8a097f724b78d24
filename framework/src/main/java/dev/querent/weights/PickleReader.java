package dev.querent.weights;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pickle of a PyTorch checkpoint as data: dictionaries, lists, tuples, numbers, strings and descriptions of
 * tensors. A pickle is a program that may name any function of the machine that reads it; this reader knows the few names that
 * {@code torch.save} needs for tensors, refuses a file that names another, and calls nothing.
 */
final class PickleReader {

    /** A tensor as the pickle describes it; extents and strides count elements. */
    record StoredTensor(Storage storage, long offset, long[] shape, long[] strides) {}

    /**
     * Numbers that tensors look into.
     *
     * @param type dtype as safetensors calls it
     * @param key names the archive's entry
     * @param count of elements
     */
    record Storage(String type, String key, long count) {}

    /** More objects than any checkpoint has; each costs memory. */
    private static final int MOST_OBJECTS = 5_000_000;

    private static final Map<String, String> STORAGES = Map.of(
            "torch FloatStorage", "F32",
            "torch HalfStorage", "F16",
            "torch BFloat16Storage", "BF16",
            "torch DoubleStorage", "F64",
            "torch LongStorage", "I64",
            "torch IntStorage", "I32",
            "torch ByteStorage", "U8",
            "torch BoolStorage", "BOOL");
    private static final Object MARK = new Object();
    private static final Object NONE = new Object();

    /** A name that was allowed. */
    private record Name(String text) {}

    private final Path file;
    private final ByteBuffer in;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private int objects;

    private PickleReader(Path file, byte[] pickle) {
        this.file = file;
        in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads one pickle.
     *
     * @param file for messages
     * @return a {@code Map}, {@code List}, {@code Long}, {@code Double}, {@code Boolean}, {@code String}, {@link StoredTensor} or
     *     a value of no further use
     * @throws DamagedFileException where it is no pickle of tensors and plain containers
     */
    static Object read(Path file, byte[] pickle) {
        PickleReader reader = new PickleReader(file, pickle);
        try {
            return reader.run();
        } catch (BufferUnderflowException e) {
            throw reader.damaged("its pickle ends too early (a truncated copy? fetch the file again)");
        } catch (ArithmeticException
                | ClassCastException
                | IndexOutOfBoundsException
                | UnsupportedOperationException e) { // the last one where something is added to a tuple
            throw reader.damaged("its pickle makes no sense at byte " + reader.in.position());
        }
    }

    private Object run() {
        while (true) {
            int code = in.get() & 0xFF;
            if (code == '.') {
                return pop();
            }
            step(code);
            if (stack.size() + memo.size() > MOST_OBJECTS || objects > MOST_OBJECTS) {
                throw damaged("its pickle holds more than " + MOST_OBJECTS + " objects");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void step(int code) {
        switch (code) {
            case 0x80 -> in.get(); // protocol
            case 0x95 -> in.getLong(); // frame
            case '(' -> stack.push(MARK);
            case '0' -> pop();
            case '}' -> push(new LinkedHashMap<Object, Object>());
            case ']' -> push(new ArrayList<Object>());
            case 0x8F -> push(new ArrayList<Object>()); // set
            case ')' -> push(List.of());
            case 't' -> push(toMark());
            case 0x85 -> push(last(1));
            case 0x86 -> push(last(2));
            case 0x87 -> push(last(3));
            case 'a' -> {
                Object item = pop();
                add((List<Object>) peek(), List.of(item));
            }
            case 'e', 0x90 -> {
                List<Object> items = toMark();
                add((List<Object>) peek(), items);
            }
            case 's' -> put(last(2));
            case 'u' -> put(toMark());
            case 'N' -> push(NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) (in.get() & 0xFF));
            case 'M' -> push((long) (in.getShort() & 0xFFFF));
            case 'J' -> push((long) in.getInt());
            case 0x8A -> push(wholeNumber());
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 'X' -> push(text(in.getInt()));
            case 0x8C -> push(text(in.get() & 0xFF));
            case 0x8D -> push(text(Math.toIntExact(in.getLong())));
            case 'B', 'T' -> push(skipped(in.getInt())); // bytes
            case 'C', 'U' -> push(skipped(in.get() & 0xFF));
            case 'q' -> memo.put(in.get() & 0xFF, peek());
            case 'r' -> memo.put(in.getInt(), peek());
            case 0x94 -> memo.put(memo.size(), peek());
            case 'h' -> push(remembered(in.get() & 0xFF));
            case 'j' -> push(remembered(in.getInt()));
            case 'c' -> push(name(line() + " " + line()));
            case 0x93 -> {
                List<Object> parts = last(2);
                push(name(parts.get(0) + " " + parts.get(1)));
            }
            case 'Q' -> push(storage((List<Object>) pop()));
            case 'R', 0x81 -> {
                List<Object> arguments = (List<Object>) pop();
                push(call((Name) pop(), arguments));
            }
            case 'b' -> pop(); // attributes: state dicts carry versions of their modules here
            default ->
                throw damaged(String.format(
                        "its pickle has the instruction 0x%02X at byte %d, which no file of tensors needs",
                        code, in.position() - 1));
        }
    }

    /** What a name would do, done here for the few names that are known. */
    private Object call(Name name, List<Object> arguments) {
        return switch (name.text()) {
            case "collections OrderedDict" -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                if (!arguments.isEmpty()) {
                    for (Object pair : (List<?>) arguments.get(0)) {
                        put(map, ((List<?>) pair).get(0), ((List<?>) pair).get(1));
                    }
                }
                yield map;
            }
            case "torch Size" -> arguments.get(0);
            case "torch._utils _rebuild_parameter" -> arguments.get(0);
            case "torch._utils _rebuild_tensor_v2" ->
                new StoredTensor(
                        (Storage) arguments.get(0),
                        (Long) arguments.get(1),
                        longs(arguments.get(2)),
                        longs(arguments.get(3)));
            default -> throw damaged("its pickle calls " + name.text());
        };
    }

    private Name name(String text) {
        boolean known = STORAGES.containsKey(text)
                || List.of(
                                "collections OrderedDict",
                                "torch Size",
                                "torch._utils _rebuild_parameter",
                                "torch._utils _rebuild_tensor_v2")
                        .contains(text);
        if (!known) {
            throw damaged("its pickle names \"" + text.replace(' ', '.')
                    + "\"; only tensors and plain containers are read, because other names can run programs. Where"
                    + " the file can be trusted, save its state dict alone, best as safetensors");
        }
        return new Name(text);
    }

    /** Of ("storage", type, key, device, count). */
    private Storage storage(List<Object> id) {
        String type = STORAGES.get(((Name) id.get(1)).text());
        if (!"storage".equals(id.get(0)) || type == null) {
            throw damaged("its pickle refers to something that is no storage");
        }
        return new Storage(type, (String) id.get(2), (Long) id.get(4));
    }

    private static long[] longs(Object tuple) {
        return ((List<?>) tuple).stream().mapToLong(value -> (Long) value).toArray();
    }

    private void push(Object value) {
        objects++;
        stack.push(value);
    }

    private Object pop() {
        Object top = peek();
        stack.pop();
        return top;
    }

    private Object peek() {
        @Nullable Object top = stack.peek();
        if (top == null || top == MARK) {
            throw damaged("its pickle takes a value where there is none, at byte " + in.position());
        }
        return top;
    }

    private List<Object> last(int count) {
        Object[] values = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            values[i] = pop();
        }
        return Arrays.asList(values);
    }

    private List<Object> toMark() {
        List<Object> values = new ArrayList<>();
        while (!stack.isEmpty() && stack.peek() != MARK) {
            values.add(stack.pop());
        }
        if (stack.isEmpty()) {
            throw damaged("its pickle takes values up to a mark that is not there, at byte " + in.position());
        }
        stack.pop();
        Collections.reverse(values);
        return values;
    }

    private void add(List<Object> list, List<Object> items) {
        objects += items.size();
        list.addAll(items);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> keysAndValues) {
        Map<Object, Object> map = (Map<Object, Object>) peek();
        for (int i = 0; i + 1 < keysAndValues.size(); i += 2) {
            put(map, keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    private void put(Map<Object, Object> map, Object key, Object value) {
        // containers as keys would be hashed through all that they hold, perhaps themselves
        map.put(key instanceof String || key instanceof Long ? key : new Object(), value);
        objects += 2;
    }

    private Object remembered(int index) {
        @Nullable Object value = memo.get(index);
        if (value == null) {
            throw damaged("its pickle refers to an object that was not made, at byte " + in.position());
        }
        return value;
    }

    private Object wholeNumber() {
        byte[] bytes = bytes(in.get() & 0xFF);
        if (bytes.length > Long.BYTES) {
            return NONE; // nothing about tensors is that large
        }
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = i == bytes.length - 1 ? bytes[i] : (value << 8) | (bytes[i] & 0xFF);
        }
        return value;
    }

    private Object skipped(int length) {
        bytes(length);
        return NONE;
    }

    private String text(int length) {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private String line() {
        int start = in.position();
        while (in.get() != '\n') {
            if (in.position() - start > 1000) {
                throw damaged("its pickle has a name of more than 1000 bytes");
            }
        }
        return new String(in.array(), start, in.position() - start - 1, StandardCharsets.UTF_8);
    }

    private DamagedFileException damaged(String what) {
        return new DamagedFileException(file, what);
    }
}
