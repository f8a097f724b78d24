package dev.querent.language.opt;

import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageModel;
import dev.querent.testing.LanguageModelContract;
import java.util.List;
import java.util.Optional;

class OptTest extends LanguageModelContract {

    @Override
    protected List<String> copiesOfTheEmbeddings() {
        return List.of("lm_head.weight");
    }

    @Override
    protected LanguageModel build(ComponentContext context) {
        return new Opt(
                new Opt.Config(Optional.empty(), 24, Optional.empty(), 2, 3, 40, 64, true, 0.1, 0.02, 50), context);
    }
}
