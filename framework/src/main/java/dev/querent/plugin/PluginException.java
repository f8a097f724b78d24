package dev.querent.plugin;

/** A plugin can't be found, breaks the rules for plugins, or can't be built. The message is for the user. */
public final class PluginException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PluginException(String message) {
        super(message);
    }

    public PluginException(String message, Throwable cause) {
        super(message, cause);
    }
}
