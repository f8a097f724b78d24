package dev.querent.plugin;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a class a plugin under a name. The class implements exactly one {@link PluginKind} interface, nests its
 * configuration as a public record called {@code Config}, and has one public constructor that takes the Config and, where
 * the kind says so, what the kind supplies.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Plugin {
    /** The name in experiment files: lower case, digits and hyphens. */
    String value();

    /**
     * Raised by whoever changes what the plugin computes, weights or results, from equal settings and inputs. Studies take finished
     * steps over from other runs only where the versions are equal.
     */
    int version() default 1;
}
