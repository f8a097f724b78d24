package dev.querent.app.page;

import dev.querent.app.talk.ImageTalk;
import dev.querent.app.talk.Turn;
import dev.querent.image.RgbImage;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Says what it was asked, as soon as it may. */
final class FakeTalk implements ImageTalk {

    final AtomicInteger atOnce = new AtomicInteger();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    final AtomicInteger answers = new AtomicInteger();
    final CountDownLatch may;
    private final boolean talks;
    boolean closed;

    FakeTalk(boolean talks, CountDownLatch may) {
        this.talks = talks;
        this.may = may;
    }

    @Override
    public List<String> notes() {
        return List.of("a note");
    }

    @Override
    public boolean talks() {
        return talks;
    }

    @Override
    public Turn goOn(RgbImage image, List<Turn> before, String prompt) {
        return say(image, before, prompt);
    }

    @Override
    public Turn answer(RgbImage image, List<Turn> before, String question) {
        if (question.equals("too long?")) {
            throw new IllegalArgumentException("the text has 70 positions; the model has 64");
        }
        return say(image, before, "question: " + question);
    }

    private Turn say(RgbImage image, List<Turn> before, String prompt) {
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            may.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        atOnce.decrementAndGet();
        answers.incrementAndGet();
        String said = before.stream().map(Turn::said).collect(Collectors.joining());
        return new Turn(prompt, List.of(image.width() + "x" + image.height() + " after [" + said + "]"));
    }

    @Override
    public void close() {
        closed = true;
    }
}
