package dev.querent.app.prometheus;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Prometheus' text format 0.0.4 strictly: every sample below the HELP and TYPE of its metric, none twice. */
public final class Exposition {

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") \\S.*");
    private static final Pattern TYPE = Pattern.compile("# TYPE (" + NAME + ") (gauge|counter)");
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(\\{" + LABEL + "(?:," + LABEL + ")*\\})? (\\S+)");

    private Exposition() {}

    /** The samples by name and labels, as they are written. */
    public static Map<String, Double> read(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        Map<String, Double> samples = new LinkedHashMap<>();
        Set<String> metrics = new HashSet<>();
        String help = "";
        String metric = "";
        for (String line : text.split("\n")) {
            Matcher helped = HELP.matcher(line);
            Matcher typed = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (helped.matches()) {
                help = helped.group(1);
            } else if (typed.matches() && typed.group(1).equals(help) && metrics.add(help)) {
                metric = help;
                require(metric.endsWith("_total") == typed.group(2).equals("counter"), line);
            } else {
                require(sample.matches() && sample.group(1).equals(metric), line);
                double value = Double.parseDouble(
                        sample.group(3).replace("+Inf", "Infinity").replace("-Inf", "-Infinity"));
                require(samples.put(line.substring(0, line.lastIndexOf(' ')), value) == null, line);
            }
        }
        return samples;
    }

    private static void require(boolean holds, String line) {
        if (!holds) {
            throw new AssertionError("not in place, or no line of Prometheus' text format: " + line);
        }
    }
}
