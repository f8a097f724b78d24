package dev.querent.config;

import java.io.StringReader;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/** The half of SnakeYAML that is used: text to nodes. The half that makes objects of them is never touched. */
final class PlainYaml {

    private PlainYaml() {}

    /** The one document of a text; null if it is empty. */
    static @Nullable Node compose(String text, LoaderOptions options) {
        StreamReader reader = new StreamReader(new StringReader(text));
        return new Composer(new ParserImpl(reader, options), new Resolver(), options).getSingleNode();
    }
}
