package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.querent.torch.Torch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Parameters in the order of their creation, by checkpoint name. A view: the tensors belong to whoever built the model. */
public final class ParameterSet {

    private final Map<String, NDArray> tensors;

    public ParameterSet(Map<String, NDArray> tensors) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    public Set<String> names() {
        return tensors.keySet();
    }

    public Map<String, NDArray> asMap() {
        return tensors;
    }

    public NDArray get(String name) {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no parameter called " + name);
        }
        return tensor;
    }

    /** The parameters whose name fulfils a condition. */
    public ParameterSet where(Predicate<String> condition) {
        Map<String, NDArray> chosen = new LinkedHashMap<>(tensors);
        chosen.keySet().removeIf(condition.negate());
        return new ParameterSet(chosen);
    }

    /** These and others; a name of both is an error. */
    public ParameterSet and(ParameterSet others) {
        Map<String, NDArray> all = new LinkedHashMap<>(tensors);
        others.tensors.forEach((name, tensor) -> {
            if (all.put(name, tensor) != null) {
                throw new IllegalArgumentException("two parameters called " + name);
            }
        });
        return new ParameterSet(all);
    }

    public NDList list() {
        return new NDList(tensors.values());
    }

    /** Number of scalars. */
    public long count() {
        return tensors.values().stream().mapToLong(NDArray::size).sum();
    }

    /** Starts or stops recording gradients; a gradient starts at zero. */
    public void setTrainable(boolean trainable) {
        tensors.values().forEach(tensor -> {
            tensor.setRequiresGradient(trainable);
            // libtorch keeps what an earlier training has added up
            Torch.gradient(tensor).ifPresent(gradient -> {
                Initializer.KernelFile.KERNELS.run("fill", gradient, 0.0);
                gradient.close();
            });
        });
    }

    /** SHA-256 over names and bytes: equal if and only if every bit is. */
    public String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            tensors.forEach((name, tensor) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                ByteBuffer bytes = tensor.toByteBuffer(false);
                digest.update(bytes);
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
