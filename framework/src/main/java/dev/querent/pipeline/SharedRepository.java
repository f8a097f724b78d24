package dev.querent.pipeline;

import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A PostgreSQL database that holds the job repositories of runs whose partitions are shared by workers: a schema for each run, with
 * the tables of Spring Batch and of db-scheduler. The run's folder knows the name of its schema, and nothing of how to get there.
 */
public final class SharedRepository {

    private static final String PREFIX = "jdbc:postgresql:";
    private static final Pattern SCHEMA = Pattern.compile("querent_[0-9a-f]{32}");

    /** The last table that is made, so that its presence says that all are there. */
    private static final String TASKS = """
            create table scheduled_tasks (
                task_name text not null,
                task_instance text not null,
                task_data bytea,
                execution_time timestamptz not null,
                picked boolean not null,
                picked_by text,
                last_success timestamptz,
                last_failure timestamptz,
                consecutive_failures int,
                last_heartbeat timestamptz,
                version bigint not null,
                primary key (task_name, task_instance))
            """;

    private final String url;
    private final Properties login = new Properties();

    /**
     * @param url {@code jdbc:postgresql://HOST:PORT/DATABASE}, with user and password as parameters where they aren't in the
     *     environment
     * @param environment where {@code PGUSER} and {@code PGPASSWORD} may be
     * @throws IllegalArgumentException for the URL of another database
     */
    public SharedRepository(String url, Map<String, String> environment) {
        if (!url.startsWith(PREFIX)) {
            throw new IllegalArgumentException("--repository: expected jdbc:postgresql://HOST:PORT/DATABASE, found "
                    + withoutParameters(url) + ": workers share a job repository in PostgreSQL");
        }
        this.url = url;
        put("user", environment.get("PGUSER"));
        put("password", environment.get("PGPASSWORD"));
    }

    private void put(String key, @org.jspecify.annotations.Nullable String value) {
        if (value != null && !url.contains(key + "=")) {
            login.setProperty(key, value);
        }
    }

    /** Where it is, without what is secret. */
    @Override
    public String toString() {
        return withoutParameters(url);
    }

    private static String withoutParameters(String url) {
        return url.replaceFirst("\\?.*", "");
    }

    /** The schema of a run; gives it one first where it has none. */
    String schemaOf(RunDirectory run) {
        try {
            if (!Files.exists(run.schema())) {
                String name = "querent_" + UUID.randomUUID().toString().replace("-", "");
                AtomicFile.write(run.schema(), name + "\n");
            }
            String schema = Files.readString(run.schema()).strip();
            if (!SCHEMA.matcher(schema).matches()) {
                throw new IllegalArgumentException(
                        run.schema() + ": expected querent_ and 32 hexadecimal digits, found \"" + schema
                                + "\". Delete the file: the run then gets a new schema");
            }
            return schema;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + run.schema(), e);
        }
    }

    /** Makes the schema, without tables, where it isn't there. */
    void createSchema(String schema) {
        execute("create schema if not exists " + schema);
    }

    /** Makes db-scheduler's table. */
    void createTasks(String schema) {
        execute(TASKS.replace("scheduled_tasks", schema + ".scheduled_tasks"));
    }

    private void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    /** Whether a schema has all of its tables. */
    boolean isPrepared(String schema) {
        try (Connection connection = connect();
                PreparedStatement query = connection.prepareStatement("select to_regclass(?) is not null")) {
            query.setString(1, schema + ".scheduled_tasks");
            try (ResultSet found = query.executeQuery()) {
                return found.next() && found.getBoolean(1);
            }
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, login);
    }

    private IllegalStateException unreachable(SQLException e) {
        return new IllegalStateException("cannot use the job repository " + this + ": " + e.getMessage(), e);
    }

    /** What Spring Boot needs to open a schema. */
    Map<String, Object> properties(String schema, boolean createTables) {
        Map<String, Object> properties = new HashMap<>(Map.of(
                "spring.datasource.url", url,
                "spring.datasource.hikari.schema", schema,
                // a hundred workers share the hundred connections that a PostgreSQL takes by default
                "spring.datasource.hikari.maximum-pool-size", "3",
                "spring.datasource.hikari.minimum-idle", "0",
                "spring.datasource.hikari.idle-timeout", "10000",
                "spring.datasource.hikari.connection-timeout", "5000",
                // a database whose machine went down doesn't say so
                "spring.datasource.hikari.data-source-properties.socketTimeout", "30",
                "spring.batch.jdbc.initialize-schema", createTables ? "always" : "never"));
        login.forEach((key, value) -> properties.put(
                key.equals("user") ? "spring.datasource.username" : "spring.datasource.password", value));
        return properties;
    }
}
