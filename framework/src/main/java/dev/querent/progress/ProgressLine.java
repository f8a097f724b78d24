package dev.querent.progress;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress as one line: what, how much of it, rate, time left and values. On a terminal the line is redrawn, elsewhere
 * a new one is written now and then.
 */
public final class ProgressLine implements Progress {

    private static final long REDRAW_NANOS = 200_000_000L;
    private static final long NEW_LINE_NANOS = 10_000_000_000L;

    private final PrintWriter out;
    private final boolean terminal;
    private String what = "";
    private @Nullable Pace pace;
    private long next;

    /**
     * @param terminal whether the line can be redrawn
     */
    public ProgressLine(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void begin(String newWhat) {
        what = newWhat;
        pace = null;
        next = System.nanoTime();
    }

    @Override
    public void update(long done, long total, Map<String, Double> values) {
        long now = System.nanoTime();
        if (pace == null) {
            pace = new Pace(done);
        }
        boolean last = done >= total;
        if (now < next && !last) {
            return;
        }
        next = now + (terminal ? REDRAW_NANOS : NEW_LINE_NANOS);
        String line = line(done, total, values, pace.overall(done));
        if (terminal) {
            out.print("\r" + line + "\u001b[K" + (last ? "\n" : ""));
        } else {
            out.println(line);
        }
        out.flush();
    }

    @Override
    public void say(String sentence) {
        String text = what.isEmpty() ? sentence : what + " " + sentence;
        out.println(terminal ? "\r" + text + "\u001b[K" : text);
        out.flush();
    }

    private String line(long done, long total, Map<String, Double> values, double rate) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%s %d/%d", what, done, total));
        if (rate > 0) {
            line.append(String.format(Locale.ROOT, "  %.1f/s  %s left", rate, time((total - done) / rate)));
        }
        values.forEach((name, value) -> line.append(String.format(Locale.ROOT, "  %s %.4g", name, value)));
        return line.toString();
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
}
