package dev.querent.plugin;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bounds that the constructor of a configuration record sets to its numbers, found by asking it: it is given a number that no bound
 * includes. A bound that moves when another component does isn't one of the number alone, and is left out.
 */
final class ConfigBounds {

    private final List<RecordComponent> components;
    private final Class<?> type;
    private final @Nullable Object[] standard;

    /** @param standard values that the constructor accepts */
    ConfigBounds(Record standard) {
        type = standard.getClass();
        components = ConfigRecord.components(type);
        this.standard = components.stream()
                .map(component -> ConfigRecord.value(component, standard))
                .toArray();
    }

    /** Of the component of that index; none where the constructor sets none, or it isn't a number. */
    Bounds of(int index) {
        RecordComponent component = components.get(index);
        Class<?> number = ConfigTypes.number(component.getGenericType());
        @Nullable Object[] values = standard.clone();
        values[index] = component.getType() == Optional.class ? Optional.of(outside(number)) : outside(number);
        Optional<Bounds> found = number == Void.class ? Optional.empty() : refused(values, index);
        return found.map(bounds -> settled(bounds, values, index)).orElse(Bounds.NONE);
    }

    private Bounds settled(Bounds found, @Nullable Object[] values, int index) {
        Bounds settled = found;
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            if (i != index && value instanceof Number number) {
                @Nullable Object[] moved = values.clone();
                moved[i] = moved(number, 1);
                Optional<Bounds> other = refused(moved, index);
                if (other.isEmpty()) {
                    moved[i] = moved(number, -1);
                    other = refused(moved, index);
                }
                settled = other.map(settled::inCommon).orElse(settled);
            }
        }
        return settled;
    }

    private static Object outside(Class<?> number) {
        if (number == Integer.class) {
            return Integer.MIN_VALUE;
        }
        if (number == Long.class) {
            return Long.MIN_VALUE;
        }
        return Double.NaN;
    }

    private static Object moved(Number number, int direction) {
        if (number instanceof Integer whole) {
            return whole + direction;
        }
        if (number instanceof Long whole) {
            return whole + direction;
        }
        return number.doubleValue() * (1 + 0.01 * direction);
    }

    private Optional<Bounds> refused(@Nullable Object[] values, int index) {
        RecordComponent component = components.get(index);
        try {
            ConfigRecord.construct(type, values.clone());
        } catch (RangeException e) {
            boolean own = e.field().equals(component.getName()) || e.field().equals(ConfigRecord.key(component));
            return own ? Optional.of(e.bounds()) : Optional.empty();
        } catch (IllegalArgumentException | PluginException e) {
            return Optional.empty(); // refused for another reason, so nothing is known
        }
        return Optional.empty();
    }
}
