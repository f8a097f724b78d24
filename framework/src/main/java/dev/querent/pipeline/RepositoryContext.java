package dev.querent.pipeline;

import dev.querent.experiment.RunDirectory;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;

/** Opens the Spring context of a job repository. */
final class RepositoryContext {

    private RepositoryContext() {}

    /** An H2 file in the run's folder. */
    static ConfigurableApplicationContext inFolder(RunDirectory run) {
        // WRITE_DELAY=0: a commit survives a kill. DB_CLOSE_ON_EXIT=FALSE: H2's own exit hook would close the database
        // while the last step is being stopped.
        String url = "jdbc:h2:file:" + run.repository().toAbsolutePath() + ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0";
        return open(Map.of(
                "spring.datasource.url", url,
                "spring.datasource.username", "sa",
                "spring.datasource.password", "",
                "spring.batch.jdbc.initialize-schema", "always"));
    }

    /** For the process that owns the run: makes its schema first where there is none. */
    static ConfigurableApplicationContext owned(SharedRepository repository, String schema) {
        boolean prepared = Outage.survive(() -> repository.isPrepared(schema));
        if (!prepared) {
            Outage.survive(() -> {
                repository.createSchema(schema);
                return schema;
            });
        }
        ConfigurableApplicationContext context = Outage.survive(() -> open(repository.properties(schema, !prepared)));
        if (!prepared) {
            Outage.survive(() -> {
                if (!repository.isPrepared(schema)) {
                    repository.createTasks(schema);
                }
                return schema;
            });
        }
        return context;
    }

    /** For a worker: the schema is there. */
    static ConfigurableApplicationContext joined(SharedRepository repository, String schema) {
        return Outage.survive(() -> open(repository.properties(schema, false)));
    }

    private static ConfigurableApplicationContext open(Map<String, Object> repository) {
        Map<String, Object> properties = new HashMap<>(repository);
        properties.put("spring.batch.job.enabled", "false");
        // logback.xml says it all; Spring Boot would begin anew with it and forget the run's log
        System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
        return new SpringApplicationBuilder(PipelineConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .properties(properties)
                .run();
    }
}
