package dev.querent.app.page;

import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.RunStatus;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How runs stand, for one who asks every other second. Whether a run was killed is found by taking its lock for a moment, in which it could not be
 * continued; so each is asked once, and again when it has said something new.
 */
final class RunStates {

    private static final String STATE = "state";
    private static final String INTERRUPTED = "interrupted";

    private final Map<Path, ObjectNode> interrupted = new ConcurrentHashMap<>();

    /** As {@link RunStatus#read}; with no more than {@code "state": "waiting"} where the run has said nothing yet. */
    ObjectNode of(RunDirectory run) {
        Optional<ObjectNode> written = RunStatus.asWritten(run);
        if (written.isEmpty()) {
            return JsonMapper.shared().createObjectNode().put(STATE, "waiting");
        }
        if (written.get().equals(interrupted.get(run.root()))) {
            return written.get().put(STATE, INTERRUPTED);
        }
        interrupted.remove(run.root());
        ObjectNode status = RunStatus.read(run).orElseGet(written::get);
        if (status.path(STATE).asString("").equals(INTERRUPTED)) {
            interrupted.put(run.root(), written.get());
        }
        return status;
    }
}
