package org.example;

import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageModel;
import dev.querent.testing.LanguageModelContract;
import java.util.List;

/** What every language model does. */
class RunningMeanTest extends LanguageModelContract {

    @Override
    protected LanguageModel build(ComponentContext context) {
        return new RunningMean(new RunningMean.Config(24, 6, 0.1, 50), context);
    }

    @Override
    protected List<String> copiesOfTheEmbeddings() {
        return List.of();
    }
}
