package dev.querent.language.t5;

import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageModel;
import dev.querent.nn.Activation;
import dev.querent.testing.LanguageModelContract;
import java.util.List;
import java.util.Optional;

class FlanT5Test extends LanguageModelContract {

    @Override
    protected List<String> copiesOfTheEmbeddings() {
        return List.of("encoder.embed_tokens.weight", "decoder.embed_tokens.weight");
    }

    @Override
    protected LanguageModel build(ComponentContext context) {
        return new FlanT5(
                new FlanT5.Config(
                        Optional.empty(), 20, 6, 3, 28, 2, Optional.of(3), Activation.GELU, 8, 16, false, 0.1, 100, 50),
                context);
    }
}
