package dev.querent.app.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.experiment.RunDirectory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeskTest {

    @TempDir
    private Path folder;

    private RunDirectory run;
    private Request request;

    @BeforeEach
    void begin() throws IOException {
        run = new RunDirectory(Files.createDirectories(folder.resolve("run")));
        Files.writeString(run.resolved(), "");
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(5, 7, BufferedImage.TYPE_INT_RGB), "png", png);
        request = new Request("run", Request.Kind.CAPTION, "", List.of(), png.toByteArray());
    }

    @Test
    void oneIsAnsweredThreeWaitAndMoreAreSentAway() throws InterruptedException {
        CountDownLatch may = new CountDownLatch(1);
        FakeTalk model = new FakeTalk(true, may);
        try (Desk desk = new Desk(asked -> model)) {
            List<CompletableFuture<Desk.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Desk.Place place = desk.place();
                answers.add(CompletableFuture.supplyAsync(() -> {
                    try (Desk.Place held = place) {
                        return desk.answer(run, request);
                    }
                }));
            }
            assertThatThrownBy(desk::place).isInstanceOf(RefusedException.class).hasMessageContaining("3 wait");
            may.countDown();
            answers.forEach(answer -> assertThat(answer.join().turn().texts()).containsExactly("5x7 after []"));
            desk.place().close();
        }
        assertThat(model.mostAtOnce).hasValue(1);
        assertThat(model.answers).hasValue(4);
    }

    @Test
    void whatItIsAtIsTold() {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch may = new CountDownLatch(1);
        try (Desk desk = new Desk(asked -> {
            await(loading);
            return new FakeTalk(true, may);
        })) {
            assertThat(desk.doing()).isEqualTo(new Desk.Doing("nothing", ""));
            CompletableFuture<Desk.Answer> answer = CompletableFuture.supplyAsync(() -> desk.answer(run, request));
            awaitDoing(desk, "loading");
            loading.countDown();
            awaitDoing(desk, "answering");
            may.countDown();
            answer.join();
            assertThat(desk.doing()).isEqualTo(new Desk.Doing("nothing", ""));
        }
    }

    private static void awaitDoing(Desk desk, String what) {
        while (!desk.doing().equals(new Desk.Doing(what, "run"))) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void amodelThatCannotBeLoadedIsASentenceAndIsTriedAgain() {
        CountDownLatch may = new CountDownLatch(0);
        List<String> tries = new ArrayList<>();
        try (Desk desk = new Desk(asked -> {
            tries.add(asked.name());
            if (tries.size() == 1) {
                throw new OutOfMemoryError("Java heap space");
            }
            return new FakeTalk(true, may);
        })) {
            assertThatThrownBy(() -> desk.answer(run, request))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("not enough memory");
            assertThat(desk.answer(run, request).notes()).containsExactly("a note");
        }
    }
}
