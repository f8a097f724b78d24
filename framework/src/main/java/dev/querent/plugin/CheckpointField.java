package dev.querent.plugin;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The key of a public checkpoint's {@code config.json} that decides a configuration field; the first one present wins. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface CheckpointField {
    String[] value();

    /**
     * What it means where the object around the first key is there and the key is not: the default of the public
     * implementation, where that differs from the plugin's. Empty for none.
     */
    String otherwise() default "";
}
