package dev.querent.app.command;

import dev.querent.app.talk.ImageTalk;
import dev.querent.app.talk.Turn;
import dev.querent.experiment.RunDirectory;
import dev.querent.image.RgbImage;
import dev.querent.model.LanguageModel;
import dev.querent.plugin.PluginRegistry;
import dev.querent.text.QuestionPrompt;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Talks by the models of a run, as {@code querent generate} does. */
final class RunTalk implements ImageTalk {

    private final ModelFolder folder;
    private final ImageTextGenerator generator;

    private RunTalk(ModelFolder folder, ImageTextGenerator generator) {
        this.folder = folder;
        this.generator = generator;
    }

    /**
     * Loads the models.
     *
     * @throws UsageException where the run can't write texts
     */
    static ImageTalk load(RunDirectory run, PluginRegistry registry) {
        ModelFolder folder = ModelFolder.open(run.root(), registry);
        if (!ImageTextGenerator.canGenerate(folder)) {
            throw new UsageException(run.name() + ImageTextGenerator.SILENT);
        }
        return new RunTalk(folder, new ImageTextGenerator(folder, new DecodingOptions().config(run.root())));
    }

    @Override
    public List<String> notes() {
        return folder.notes();
    }

    @Override
    public boolean talks() {
        return folder.has("language", LanguageModel.class);
    }

    @Override
    public Turn goOn(RgbImage image, List<Turn> before, String prompt) {
        return turn(image, before, prompt, Optional.empty());
    }

    @Override
    public Turn answer(RgbImage image, List<Turn> before, String question) {
        return turn(
                image, before, QuestionPrompt.prefix(question, folder.asking().template()), Optional.of(question));
    }

    private Turn turn(RgbImage image, List<Turn> before, String prompt, Optional<String> question) {
        String said = before.stream().map(Turn::said).collect(Collectors.joining());
        return new Turn(
                prompt,
                generator
                        .texts(List.of(image), List.of(said + prompt), question, 0)
                        .get(0));
    }

    @Override
    public void close() {
        generator.close();
    }
}
