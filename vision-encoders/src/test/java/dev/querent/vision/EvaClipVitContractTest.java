package dev.querent.vision;

import dev.querent.model.ComponentContext;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Activation;
import dev.querent.testing.VisionEncoderContract;

class EvaClipVitContractTest extends VisionEncoderContract {

    @Override
    protected VisionEncoder build(ComponentContext context) {
        return new EvaClipVit(new EvaClipVit.Config(15, 5, 10, 2, 2, 9, Activation.GELU, 1e-6), context);
    }
}
