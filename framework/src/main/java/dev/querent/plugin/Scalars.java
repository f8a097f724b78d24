package dev.querent.plugin;

import dev.querent.config.ConfigNode.Scalar;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads single values; never guesses: {@code no} is text, {@code 1e-4} a number, a quoted {@code "32"} is no number. */
final class Scalars {
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9](?:_?[0-9])*");
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(?:[0-9](?:_?[0-9])*(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?");

    private Scalars() {}

    /** The value of a type that is neither a container nor a record; empty if the scalar isn't one. */
    static Optional<Object> parse(Scalar scalar, Class<?> type) {
        String text = scalar.text();
        if (type == String.class) {
            return Optional.of(text);
        }
        if (type == Path.class) {
            return path(text);
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> KebabCase.ofConstant((Enum<?>) constant).equals(KebabCase.ofText(text)))
                    .map(Object.class::cast)
                    .findFirst();
        }
        if (scalar.quoted()) {
            return Optional.empty();
        }
        if (type == Duration.class) {
            return Durations.parse(text).map(Object.class::cast);
        }
        if (type == boolean.class || type == Boolean.class) {
            return text.equals("true") || text.equals("false") ? Optional.of(text.equals("true")) : Optional.empty();
        }
        return number(text, type);
    }

    private static Optional<Object> number(String text, Class<?> type) {
        String digits = text.replace("_", "");
        try {
            if (type == int.class || type == Integer.class) {
                return WHOLE.matcher(text).matches() ? Optional.of(Integer.parseInt(digits)) : Optional.empty();
            }
            if (type == long.class || type == Long.class) {
                return WHOLE.matcher(text).matches() ? Optional.of(Long.parseLong(digits)) : Optional.empty();
            }
            if (NUMBER.matcher(text).matches()) {
                double value = new BigDecimal(digits).doubleValue();
                return Double.isInfinite(value) ? Optional.empty() : Optional.of(value);
            }
        } catch (NumberFormatException e) {
            return Optional.empty(); // too many digits for the type
        }
        return Optional.empty();
    }

    private static Optional<Object> path(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
