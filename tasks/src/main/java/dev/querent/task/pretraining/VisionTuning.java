package dev.querent.task.pretraining;

import dev.querent.plugin.Doc;
import dev.querent.training.LayerDecay;

/** How a step trains the vision encoder that is frozen otherwise (fine-tuning; the rates are in the tables of the paper's appendix). */
public record VisionTuning(
        @Doc("learning rate of a block over that of the block above it; 1: the same for all")
        double layerDecay,

        @Doc(
                "compute each block once more in the backward pass instead of keeping what it computed: less memory, more time")
        boolean recompute) {

    public static final VisionTuning DEFAULTS = new VisionTuning(1, false);

    public VisionTuning {
        new LayerDecay(layerDecay, name -> 0); // checks it
    }
}
