package dev.querent.app.command;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.Problems;
import dev.querent.experiment.ExperimentException;
import dev.querent.experiment.Overrides;
import dev.querent.generation.DecodingConfig;
import dev.querent.plugin.ConfigBinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code generate} decodes: the settings of {@link DecodingConfig}, under the names that experiments have for them. */
public final class DecodingOptions {

    @Option(names = "--num-beams", paramLabel = "N", description = "Beams; 1 takes the likeliest token. Default: 5.")
    private @Nullable Integer numBeams;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Longest text in tokens. Default: 30.")
    private @Nullable Integer maxNewTokens;

    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "Any setting of decoding, as in --set length-penalty=-1 or --set sampling.top-p=0.9. May be"
                    + " repeated.")
    private List<String> overrides = new ArrayList<>();

    /**
     * The settings of the command line, on top of those of the folder's {@code generation_config.json}, on top of the defaults.
     *
     * @throws ExperimentException with everything that is wrong
     */
    DecodingConfig config(Path folder) {
        Problems problems = new Problems();
        List<String> all = new ArrayList<>(overrides);
        Optional.ofNullable(numBeams).ifPresent(beams -> all.add("num-beams=" + beams));
        Optional.ofNullable(maxNewTokens).ifPresent(tokens -> all.add("max-new-tokens=" + tokens));
        Mapping settings = GenerationConfigFile.read(folder).overlaid(new Overrides(problems).tree(all));
        Optional<DecodingConfig> config = new ConfigBinder(problems).bind(settings, "", DecodingConfig.class, Set.of());
        if (!problems.isEmpty()) {
            throw new ExperimentException(problems.list());
        }
        return config.orElseThrow();
    }
}
