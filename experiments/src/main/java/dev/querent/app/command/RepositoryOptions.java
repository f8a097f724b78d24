package dev.querent.app.command;

import dev.querent.pipeline.SharedRepository;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the job repository of a run is that workers take part in. */
public final class RepositoryOptions {

    @Option(
            names = "--repository",
            paramLabel = "URL",
            description =
                    "Job repository that workers share: jdbc:postgresql://HOST:PORT/DATABASE. User and password as in"
                            + " ?user=...&password=..., or in PGUSER and PGPASSWORD. Default: a file in the run's folder.")
    private @Nullable String url;

    /**
     * The repository; empty where the run keeps its own.
     *
     * @throws UsageException where the URL is of another database
     */
    public Optional<SharedRepository> shared() {
        try {
            return Optional.ofNullable(url).map(given -> new SharedRepository(given, System.getenv()));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }
}
