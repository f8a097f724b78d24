package dev.querent.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.collective.SingleProcess;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdamWTest {

    private static final TrainingConfig CONFIG =
            new TrainingConfig(10, 0.01, 0, 0, 0.9, 0.98, 0.1, 0, false, 5, 2, 0, 1, NonFinite.STOP);

    /** The update of arXiv 1711.05101, algorithm 2, in doubles. */
    private static final class Reference {
        private double value;
        private double mean;
        private double variance;
        private int steps;

        void step(double gradient, double rate, double decay) {
            steps++;
            value -= rate * decay * value;
            mean = 0.9 * mean + 0.1 * gradient;
            variance = 0.98 * variance + 0.02 * gradient * gradient;
            double corrected = Math.sqrt(variance / (1 - Math.pow(0.98, steps))) + 1e-8;
            value -= rate * mean / (1 - Math.pow(0.9, steps)) / corrected;
        }
    }

    @Test
    void followsThePaperAndDecaysMatricesOnly() {
        try (NDManager manager = Torch.newManager()) {
            NDArray matrix = manager.create(new float[][] {{0.5f}});
            NDArray matrixBias = manager.create(new float[][] {{0.5f}});
            NDArray vector = manager.create(new float[] {0.5f});
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("a.weight", matrix);
            tensors.put("a.bias", matrixBias);
            tensors.put("norm.weight", vector);
            ParameterSet parameters = new ParameterSet(tensors);
            parameters.setTrainable(true);
            Reference decayed = new Reference();
            Reference undecayed = new Reference();
            decayed.value = 0.5;
            undecayed.value = 0.5;
            try (AdamW optimizer = new AdamW(CONFIG, parameters, new SingleProcess())) {
                for (int step = 0; step < 7; step++) {
                    double gradient = Math.sin(step);
                    double rate = 0.01 / (step + 1);
                    accumulate(gradient, matrix, matrixBias, vector);
                    optimizer.step(rate);
                    decayed.step(gradient, rate, 0.1);
                    undecayed.step(gradient, rate, 0);
                }
            }
            assertThat((double) matrix.toFloatArray()[0]).isCloseTo(decayed.value, offset(1e-6));
            assertThat((double) matrixBias.toFloatArray()[0]).isCloseTo(undecayed.value, offset(1e-6));
            assertThat((double) vector.toFloatArray()[0]).isCloseTo(undecayed.value, offset(1e-6));
        }
    }

    /** Three layers and a head, decay one half: rates of an eighth, a quarter, half and the whole; weight decay goes with them. */
    @Test
    void lowerLayersLearnSlowerAndDecaySlower() {
        List<String> names = List.of("patches.weight", "layers.0.weight", "layers.1.weight", "head.weight");
        List<Integer> above = List.of(3, 2, 1, 0);
        try (NDManager manager = Torch.newManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            names.forEach(name -> tensors.put(name, manager.create(new float[][] {{0.5f}})));
            ParameterSet parameters = new ParameterSet(tensors);
            parameters.setTrainable(true);
            LayerDecay decay = new LayerDecay(0.5, name -> above.get(names.indexOf(name)));
            List<Reference> references =
                    names.stream().map(name -> new Reference()).toList();
            references.forEach(reference -> reference.value = 0.5);
            try (AdamW optimizer = new AdamW(CONFIG, parameters, decay, new SingleProcess())) {
                for (int step = 0; step < 5; step++) {
                    double gradient = Math.cos(step);
                    accumulate(gradient, tensors.values().toArray(NDArray[]::new));
                    optimizer.step(0.1);
                    for (int i = 0; i < names.size(); i++) {
                        references.get(i).step(gradient, 0.1 / (1 << above.get(i)), 0.1);
                    }
                }
            }
            for (int i = 0; i < names.size(); i++) {
                assertThat((double) parameters.get(names.get(i)).toFloatArray()[0])
                        .as(names.get(i))
                        .isCloseTo(references.get(i).value, offset(1e-6));
            }
        }
    }

    private static void accumulate(double gradient, NDArray... parameters) {
        try (Torch.GradientMode recording = Torch.recordGradients()) {
            for (NDArray parameter : parameters) {
                Torch.backward(parameter.mul((float) gradient).sum());
            }
        }
    }

    @Test
    void clipsByTheGlobalNorm() {
        try (NDManager manager = Torch.newManager()) {
            NDArray a = manager.create(new float[] {0});
            NDArray b = manager.create(new float[] {0});
            ParameterSet parameters = new ParameterSet(Map.of("a", a, "b", b));
            parameters.setTrainable(true);
            TrainingConfig clipped =
                    new TrainingConfig(10, 0.01, 0, 0, 0, 0, 0, 1.0, false, 5, 2, 0, 1, NonFinite.STOP);
            try (AdamW optimizer = new AdamW(clipped, parameters, new SingleProcess())) {
                accumulate(3, a);
                accumulate(4, b);
                assertThat(optimizer.step(0)).isCloseTo(5, offset(1e-6));
                // with both betas 0 the running mean is the clipped gradient
                assertThat(optimizer.state().get("mean/a").getFloat(0)).isCloseTo(0.6f, offset(1e-5f));
                assertThat(optimizer.state().get("mean/b").getFloat(0)).isCloseTo(0.8f, offset(1e-5f));
            }
        }
    }

    @Test
    void aSecondTrainingBeginsWithoutTheGradientOfTheFirst() {
        try (NDManager manager = Torch.newManager()) {
            NDArray tensor = manager.create(new float[] {0});
            ParameterSet parameters = new ParameterSet(Map.of("a", tensor));
            parameters.setTrainable(true);
            accumulate(3, tensor);
            parameters.setTrainable(false);
            parameters.setTrainable(true);
            accumulate(4, tensor);
            assertThat(Torch.gradient(tensor).orElseThrow().toFloatArray()).containsExactly(4);
        }
    }

    @Test
    void leavesAloneWhatNoLossReachesAndWhatIsNotFinite() {
        try (NDManager manager = Torch.newManager()) {
            NDArray reached = manager.create(new float[][] {{1}});
            NDArray unreached = manager.create(new float[][] {{1}});
            ParameterSet parameters = new ParameterSet(Map.of("reached", reached, "unreached", unreached));
            parameters.setTrainable(true);
            try (AdamW optimizer = new AdamW(CONFIG, parameters, new SingleProcess())) {
                assertThatThrownBy(() -> optimizer.step(0.1)).isInstanceOf(IllegalStateException.class);
                accumulate(1, reached);
                optimizer.step(0.1);
                assertThat(unreached.toFloatArray()[0]).isEqualTo(1f);
                float before = reached.toFloatArray()[0];
                assertThat(before).isNotEqualTo(1f);
                accumulate(Double.NaN, reached);
                assertThat(optimizer.step(0.1)).isNaN();
                assertThat(reached.toFloatArray()[0]).isEqualTo(before);
            }
        }
    }
}
