package dev.querent.plugin;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Another name of a {@link Plugin}, under which some of its fields have other defaults: a published size, say. */
@Documented
@Repeatable(Preset.Several.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Preset {
    /** The name in experiment files: lower case, digits, hyphens and points. */
    String name();

    /** The fields that differ from the plugin's own defaults, as an experiment would write them: {@code {layers: 24}}. */
    String settings() default "{}";

    /** What the compiler puts several of them in. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Several {
        /** In the order written. */
        Preset[] value();
    }
}
