package dev.querent.report;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Makes text that came from anywhere harmless where it is put. */
final class Escape {

    private Escape() {}

    /** Text that stays text in HTML and SVG, in content and in quoted attributes. */
    static String html(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\\n\\r\\t]]|[\\x{fffe}\\x{ffff}]", " ")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Text that stays text in Markdown: on one line, the signs of Markdown and HTML harmless. */
    static String markdown(String text) {
        return text.replaceAll("[\\s\\p{Cntrl}]+", " ").replaceAll("([\\\\`*_\\[\\]<>|#&~$])", "\\\\$1");
    }

    /** A relative path as the target of a link. */
    static String link(String path) {
        StringBuilder link = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-._/".indexOf(c) >= 0;
            link.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
        }
        return link.toString();
    }

    /** A code block of Markdown that its content can't close. */
    static String fenced(String text) {
        String fence = "```";
        while (text.contains(fence)) {
            fence += "`";
        }
        return fence + "yaml\n" + text.stripTrailing() + "\n" + fence;
    }
}
