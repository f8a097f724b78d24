package org.example;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.model.ComponentContext;
import dev.querent.model.VisionEncoder;
import dev.querent.testing.VisionEncoderContract;
import org.junit.jupiter.api.Test;

/** What every encoder does, and what this one refuses. */
class MlpMixerTest extends VisionEncoderContract {

    @Override
    protected VisionEncoder build(ComponentContext context) {
        return new MlpMixer(new MlpMixer.Config(12, 4, 10, 2), context);
    }

    @Test
    void patchesDivideTheImage() {
        assertThatThrownBy(() -> new MlpMixer.Config(64, 15, 128, 4))
                .hasMessage("patch-size: expected a divisor of image-size 64, found 15");
    }
}
