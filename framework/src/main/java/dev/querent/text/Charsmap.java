package dev.querent.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * Checks sentencepiece's compiled normalisation before the native tokenizer walks it: one that leads out of its own arrays
 * would end the process, not the call.
 *
 * <p>Layout: the size of a double-array trie in bytes, the trie as 32-bit units (little-endian), then texts, each ended by
 * a zero byte. A unit has the byte that leads to it in bits 0 to 7, whether it ends an entry in bit 8, and the way to its
 * children from bit 10 on (in steps of 256 where bit 9 is set); the unit behind the end of an entry has the place of its
 * text in bits 0 to 30.
 */
final class Charsmap {

    /** The largest of sentencepiece's own has some 300,000 bytes. */
    private static final int MOST_BYTES = 4_000_000;

    private final int[] units;
    private final byte[] texts;
    private final BitSet seen = new BitSet();
    private final Deque<Integer> open = new ArrayDeque<>();

    private Charsmap(byte[] charsmap) {
        ByteBuffer buffer = ByteBuffer.wrap(charsmap).order(ByteOrder.LITTLE_ENDIAN);
        int size = charsmap.length < 8 || charsmap.length > MOST_BYTES ? -1 : buffer.getInt();
        if (size < 4 || size % 4 != 0 || size > buffer.remaining()) {
            throw damaged();
        }
        units = new int[size / 4];
        buffer.asIntBuffer().get(units);
        buffer.position(4 + size);
        texts = new byte[buffer.remaining()];
        buffer.get(texts);
    }

    /**
     * @throws IllegalArgumentException where the map is damaged
     */
    static void check(byte[] charsmap) {
        Charsmap map = new Charsmap(charsmap);
        BoundedFile.text(map.texts, "precompiled_charsmap");
        map.walk();
    }

    /** Goes every way that some text could lead to. */
    private void walk() {
        expand(offset(units[0]));
        while (!open.isEmpty()) {
            int node = open.pop();
            int children = node ^ offset(units[node]);
            if ((units[node] & (1 << 8)) != 0) {
                text(unit(children) & 0x7fffffff);
            }
            expand(children);
        }
    }

    private void expand(int children) {
        for (int label = 1; label < 256; label++) {
            int child = children ^ label;
            if ((unit(child) & 0x800000ff) == label && !seen.get(child)) {
                seen.set(child);
                open.push(child);
            }
        }
    }

    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
    }

    private int unit(int index) {
        if (index < 0 || index >= units.length) {
            throw damaged();
        }
        return units[index];
    }

    /** A text begins at the beginning of a character. */
    private void text(int place) {
        if (place >= texts.length || (texts[place] & 0xc0) == 0x80) {
            throw damaged();
        }
    }

    private static IllegalArgumentException damaged() {
        return new IllegalArgumentException(
                "precompiled_charsmap: expected sentencepiece's compiled normalisation of at" + " most " + MOST_BYTES
                        + " bytes, found a damaged one");
    }
}
