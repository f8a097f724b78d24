package dev.querent.app.page;

import dev.querent.app.talk.ImageTalk;
import dev.querent.app.talk.Turn;
import dev.querent.experiment.RunDirectory;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers about images, one at a time, in a thread of its own. The model that was asked last is kept; another one takes its place, so that there is
 * never more than one in memory.
 */
final class Desk implements AutoCloseable {

    /** Requests that may wait while one is answered; each holds its image. */
    private static final int WAITING = 3;

    private final Function<RunDirectory, ImageTalk> loader;
    private final Semaphore places = new Semaphore(1 + WAITING);
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "answers");
        thread.setDaemon(true);
        return thread;
    });

    private @Nullable Loaded loaded; // touched by the worker alone
    private volatile Doing doing = new Doing("nothing", "");

    /**
     * What the desk is at.
     *
     * @param what {@code nothing}, {@code loading} or {@code answering}
     * @param run whose model it is about
     */
    record Doing(String what, String run) {}

    /**
     * @param notes what a user should know of the weights
     * @param seconds without loading the model
     */
    record Answer(Turn turn, List<String> notes, double seconds) {}

    /** A model and the state of the run from which it was loaded. */
    private record Loaded(Edition edition, ImageTalk model) {}

    /** A run that has gone on, or was made anew, has other weights. */
    private record Edition(Path run, FileTime begun, List<String> done) {
        static Edition of(RunDirectory run) {
            try {
                return new Edition(
                        run.root(),
                        Files.getLastModifiedTime(run.resolved()),
                        run.steps().stream().filter(run::isDone).toList());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + run.resolved(), e);
            }
        }
    }

    /** The right to put one request. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** @param loader builds a run's model; refuses one that can't write about images */
    Desk(Function<RunDirectory, ImageTalk> loader) {
        this.loader = loader;
    }

    Doing doing() {
        return doing;
    }

    /**
     * To be had before an image is read, so that no more of them are in memory than may wait.
     *
     * @throws RefusedException where too many wait already
     */
    Place place() {
        if (!places.tryAcquire()) {
            throw new RefusedException(
                    503, "one request is being answered and " + WAITING + " wait: ask again in a moment");
        }
        return places::release;
    }

    /**
     * Waits for its turn and answers.
     *
     * @throws RefusedException where the image can't be read, or the model can't answer
     */
    Answer answer(RunDirectory run, Request request) {
        Future<Answer> answer = worker.submit(() -> now(run, request));
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(503, "the server is being closed");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Answer now(RunDirectory run, Request request) {
        try {
            RgbImage image = ImageDecoder.decode(request.image(), "the image");
            ImageTalk model = model(run);
            doing = new Doing("answering", run.name());
            long start = System.nanoTime();
            Turn turn = turn(model, run, image, request);
            return new Answer(turn, model.notes(), (System.nanoTime() - start) / 1e9);
        } catch (BadImageException | IllegalArgumentException e) {
            throw new RefusedException(422, String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            drop();
            throw new RefusedException(
                    500, "not enough memory: start the page with more, QUERENT_JAVA_OPTIONS=-Xmx8g ./querent ui");
        } finally {
            doing = new Doing("nothing", "");
        }
    }

    private static Turn turn(ImageTalk model, RunDirectory run, RgbImage image, Request request) {
        boolean caption = request.kind() == Request.Kind.CAPTION;
        boolean plain = caption && request.text().isEmpty() && request.before().isEmpty();
        if (!plain && !model.talks()) {
            throw new RefusedException(
                    422, run.name() + " has no language model: it writes captions, and neither goes on nor answers");
        }
        return caption
                ? model.goOn(image, request.before(), request.text())
                : model.answer(image, request.before(), request.text());
    }

    private ImageTalk model(RunDirectory run) {
        Edition edition = Edition.of(run);
        if (loaded == null || !loaded.edition().equals(edition)) {
            drop();
            doing = new Doing("loading", run.name());
            loaded = new Loaded(edition, loader.apply(run));
        }
        return loaded.model();
    }

    private void drop() {
        if (loaded != null) {
            loaded.model().close();
            loaded = null;
        }
    }

    /** Lets the model go when the request at hand is answered. */
    @Override
    public void close() {
        worker.execute(this::drop);
        worker.shutdown();
    }
}
