package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Where a model gets its parameters: read from a checkpoint under their public names, or initialised by rule. Every
 * parameter is registered; {@link #finish} then lists all that is missing, misshapen or left over at once.
 */
public final class ParameterScope {

    private final String prefix;
    private final Registry registry;
    private final boolean mayBeMissing;

    private ParameterScope(String prefix, Registry registry, boolean mayBeMissing) {
        this.prefix = prefix;
        this.registry = registry;
        this.mayBeMissing = mayBeMissing;
    }

    /** A scope that initialises every parameter. */
    public static ParameterScope initialised(NDManager manager, RunSeed seed) {
        return new ParameterScope("", new Registry(manager, Optional.empty(), seed, Precision.FP32), false);
    }

    /** A scope that reads every parameter in fp32. */
    public static ParameterScope reading(NDManager manager, WeightSource source, RunSeed seed) {
        return reading(manager, source, seed, Precision.FP32);
    }

    /**
     * A scope that reads every parameter.
     *
     * @param seed for those that a model lets be missing
     */
    public static ParameterScope reading(NDManager manager, WeightSource source, RunSeed seed, Precision precision) {
        return new ParameterScope("", new Registry(manager, Optional.of(source), seed, precision), false);
    }

    /**
     * A scope whose parameters have shapes and no memory of their own, for building a model only to ask it for its sizes. All
     * values of a parameter are one zero.
     */
    public static ParameterScope shapesOnly(NDManager manager) {
        Registry registry = new Registry(manager, Optional.empty(), new RunSeed(0), Precision.FP32);
        registry.shapesOnly = true;
        return new ParameterScope("", registry, false);
    }

    /** Owns the parameters. */
    public NDManager manager() {
        return registry.manager;
    }

    public ParameterScope child(String name) {
        return new ParameterScope(prefix + name + ".", registry, mayBeMissing);
    }

    /** The same scope, where a parameter that the checkpoint lacks is initialised. */
    public ParameterScope orInitialised() {
        return new ParameterScope(prefix, registry, true);
    }

    /**
     * Whether parameters are read from a checkpoint that has tensors of a group.
     *
     * @param name the first part of their names below this scope
     */
    public boolean stores(String name) {
        return registry.source.isPresent()
                && registry.source.get().names().stream().anyMatch(stored -> stored.startsWith(prefix + name));
    }

    /** Whether parameters are read from a checkpoint that has no tensor of a group. */
    public boolean lacks(String name) {
        return registry.source.isPresent() && !stores(name);
    }

    public ParameterScope child(int index) {
        return child(Integer.toString(index));
    }

    /**
     * @param name the last part of the public name, e.g. {@code weight}
     * @return (shape) in the component's precision, owned by the model's manager
     */
    public NDArray parameter(String name, Initializer initializer, long... shape) {
        return parameter(name, initializer, Fit.NONE, shape);
    }

    /**
     * A parameter whose stored form may have another shape and be fitted to this one, as position tables are to other image
     * sizes.
     *
     * @param fit is asked only where the shapes differ
     */
    public NDArray parameter(String name, Initializer initializer, Fit fit, long... shape) {
        return registry.create(prefix + name, initializer, fit, mayBeMissing, shape);
    }

    /** Makes a stored tensor fit. */
    @FunctionalInterface
    public interface Fit {
        /** For parameters of one shape only. */
        Fit NONE = (stored, shape) -> Optional.empty();

        /**
         * @param stored fp32
         * @return a new tensor of the wanted shape with the same owner, or empty where that isn't possible
         */
        Optional<NDArray> fit(NDArray stored, long... shape);
    }

    /**
     * Lets a checkpoint of another layout be read: the weights are seen through {@code layout} from now on. To be called
     * before the first parameter is asked for.
     *
     * @param layout gives its argument back where that isn't of its layout
     * @return whether there is a checkpoint of that layout
     */
    public boolean translate(UnaryOperator<WeightSource> layout) {
        Optional<WeightSource> before = registry.source;
        registry.source = before.map(layout);
        return registry.source.isPresent() && registry.source.get() != before.get();
    }

    /**
     * Lets a checkpoint hold tensors that the model has no use for.
     *
     * @param name the first part of their names below this scope
     */
    public void ignore(String name) {
        registry.ignored.add(prefix + name);
    }

    /** All parameters registered under this scope so far, by full name. */
    public ParameterSet parameters() {
        return new ParameterSet(registry.created).where(name -> name.startsWith(prefix));
    }

    /**
     * Ends building.
     *
     * @return all parameters
     * @throws WeightsMismatchException with every missing, misshapen and surplus tensor
     */
    public ParameterSet finish() {
        registry.check();
        return new ParameterSet(registry.created);
    }

    private static final class Registry {
        private final NDManager manager;
        private Optional<WeightSource> source;
        private final RunSeed seed;
        private final Precision precision;
        private boolean shapesOnly;
        private final Map<String, NDArray> created = new LinkedHashMap<>();
        private final List<String> problems = new ArrayList<>();
        private final List<String> ignored = new ArrayList<>();

        private Registry(NDManager manager, Optional<WeightSource> source, RunSeed seed, Precision precision) {
            this.manager = manager;
            this.source = source;
            this.seed = seed;
            this.precision = precision;
        }

        private NDArray create(String name, Initializer initializer, Fit fit, boolean mayBeMissing, long[] shape) {
            NDArray tensor = source.filter(s -> !mayBeMissing || s.shape(name).isPresent())
                    .map(s -> read(s, name, fit, shape))
                    .orElseGet(() -> {
                        if (shapesOnly) {
                            return manager.zeros(new Shape(), DataType.FLOAT32).broadcast(shape);
                        }
                        return fresh(name, initializer, shape);
                    });
            if (created.put(name, tensor) != null) {
                throw new IllegalArgumentException("two parameters called " + name);
            }
            return tensor;
        }

        private NDArray read(WeightSource from, String name, Fit fit, long[] shape) {
            Optional<long[]> found = from.shape(name);
            if (found.isPresent() && Arrays.equals(found.get(), shape)) {
                return from.read(name, manager, precision);
            }
            Optional<NDArray> fitted = found.flatMap(other -> fitted(from, name, fit, shape));
            if (fitted.isPresent()) {
                return fitted.get();
            }
            problems.add(found.map(other ->
                            name + ": expected " + Arrays.toString(shape) + ", found " + Arrays.toString(other))
                    .orElse(name + " is missing"));
            return manager.zeros(new Shape(shape), DataType.FLOAT32); // so that building goes on to find every problem
        }

        private Optional<NDArray> fitted(WeightSource from, String name, Fit fit, long[] shape) {
            try (NDManager passing = manager.newSubManager()) {
                return fit.fit(from.read(name, passing), shape).map(tensor -> precision.copy(manager, tensor));
            }
        }

        private NDArray fresh(String name, Initializer initializer, long[] shape) {
            try (NDManager passing = manager.newSubManager()) {
                NDArray fresh = passing.zeros(new Shape(shape), DataType.FLOAT32);
                initializer.fill(fresh, seed.at(Purpose.INITIALISATION, name));
                return precision.copy(manager, fresh);
            }
        }

        private void check() {
            source.ifPresent(from -> {
                Set<String> surplus = new LinkedHashSet<>(from.names());
                surplus.removeAll(created.keySet());
                surplus.removeIf(name -> ignored.stream().anyMatch(name::startsWith));
                surplus.forEach(name -> problems.add(name + " is not part of the model"));
                if (!problems.isEmpty()) {
                    throw new WeightsMismatchException(from.description(), problems);
                }
            });
        }
    }
}
