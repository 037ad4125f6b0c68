package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static ai.laconic.gateway.fake.FakeDecoder.finished;
import static ai.laconic.gateway.fake.FakeDecoder.score;
import static ai.laconic.gateway.fake.FakeDecoder.scored;
import static ai.laconic.gateway.fake.FakeDecoder.started;
import static ai.laconic.gateway.fake.FakeDecoder.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationStarted;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratedAnswerTest {
  private static final String WAVING = "\uD83D\uDC4B";

  private final List<GenerateResponse> received = new ArrayList<>();
  private final GeneratedAnswer answer = new GeneratedAnswer("four", 4, received::add);

  /** A decoder that says this, and breaks off unless it finishes. */
  private void decoder(DecodeResponse... events) throws InterruptedException {
    answer.begin();
    for (DecodeResponse event : events) {
      answer.accept(event);
    }
  }

  private List<String> texts() {
    return received.stream()
        .filter(GenerateResponse::hasText)
        .map(GenerateResponse::getText)
        .toList();
  }

  private void deviates(int characters, DecodeResponse... events) {
    StatusRuntimeException failure =
        assertFails(
            Code.UNAVAILABLE,
            "decoder of pool four: broke off after "
                + characters
                + " characters, and another try said something else",
            () -> {
              decoder(events);
              GenerateResponse unused = answer.last(0);
            });
    assertThat(saysRetry(failure)).isTrue();
    assertThat(answer.isRepeatable()).isFalse();
  }

  @Test
  void handsOnWhatADecoderSays() throws Exception {
    decoder(started(), text("Hello"), text(", world"), finished());

    assertThat(received)
        .containsExactly(
            GenerateResponse.newBuilder()
                .setStarted(
                    GenerationStarted.newBuilder()
                        .setPool("four")
                        .setRatio(4)
                        .setPromptPositions(12)
                        .setPromptLatents(5))
                .build(),
            GenerateResponse.newBuilder().setText("Hello").build(),
            GenerateResponse.newBuilder().setText(", world").build());
    assertThat(answer.last(0).getFinished().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(answer.last(0).getFinished().getUsage().getGeneratedTokens()).isEqualTo(2);
    assertThat(answer.isRepeatable()).isTrue();
  }

  @Test
  void aDecoderThatBreaksOffBeforeItBeginsLeavesNoTrace() throws Exception {
    decoder();
    decoder(started());
    decoder(started(), text("Hello"), finished());

    assertThat(received).hasSize(2);
    assertThat(received.get(0).hasStarted()).as("started once").isTrue();
    assertThat(texts()).containsExactly("Hello");
  }

  @Test
  void whatTheClientHasIsSkippedHoweverItIsCut() throws Exception {
    decoder(started(), text("Hello"), text(", wo"));
    decoder(started(), text("H"), text("ello,"), text(" world"), text("!"), finished());

    assertThat(texts()).containsExactly("Hello", ", wo", "rld", "!");
    assertThat(answer.last(0).hasFinished()).isTrue();
  }

  @Test
  void onePieceMayHoldAllAndAnotherEndWhereTheClientIs() throws Exception {
    decoder(started(), text("Hello"));
    decoder(started(), text("Hello"), text(", world"));
    decoder(started(), text("Hello, world!"), finished());

    assertThat(texts()).containsExactly("Hello", ", world", "!");
  }

  @Test
  void aDecoderThatBreaksOffBeforeTheClientsPlaceAddsNothing() throws Exception {
    decoder(started(), text("Hello"), text(", world"));
    decoder(started(), text("Hel"));
    decoder(started());
    decoder(started(), text("Hello, w"), text("orld!"), finished());

    assertThat(texts()).containsExactly("Hello", ", world", "!");
  }

  @Test
  void charactersOfSeveralBytesStayWhole() throws Exception {
    decoder(started(), text("Ol" + "\u00e1 " + WAVING));
    decoder(started(), text("Ol"), text("\u00e1 " + WAVING + WAVING + "\u20ac"), finished());

    assertThat(texts()).containsExactly("Ol\u00e1 " + WAVING, WAVING + "\u20ac");
  }

  @Test
  void anotherTextThanTheClientHasIsNotHandedOn() throws Exception {
    decoder(started(), text("Hello " + WAVING));
    deviates(7, started(), text("Hello"), text(" you, world"));

    assertThat(texts()).containsExactly("Hello " + WAVING);
  }

  @Test
  void anotherCharacterThatBeginsWithTheSameBytesIsAnother() throws Exception {
    decoder(started(), text(WAVING));
    // Differs in the last of its four bytes.
    deviates(1, started(), text("\uD83D\uDC4C"));
  }

  @Test
  void anAnswerThatEndsBeforeTheClientsPlaceIsAnother() throws Exception {
    decoder(started(), text("Hello"));
    deviates(5, started(), text("Hel"), finished());
  }

  @Test
  void whatWasFinishedWhenTheStreamBrokeIsFinishedAgain() throws Exception {
    decoder(started(), text("Hello"), finished());
    decoder(started(), text("Hello"));
    fails("ended its answer without saying why");
    decoder(started(), text("Hello"), finished());

    assertThat(answer.last(0).hasFinished()).isTrue();
    assertThat(texts()).containsExactly("Hello");
  }

  @Test
  void whatIsNoAnswerMayBeOneOnAnotherReplica() throws Exception {
    decoder(started(), text("Hello"));
    fails("ended its answer without saying why");
    fails("sent an empty event", DecodeResponse.getDefaultInstance());
    fails("sent scores in place of text", scored(score("Hello", -1, true)));
  }

  private void fails(String message, DecodeResponse... events) {
    assertFails(
        Code.UNAVAILABLE,
        "decoder of pool four: " + message,
        () -> {
          decoder(events);
          GenerateResponse unused = answer.last(0);
        });
    assertThat(answer.isRepeatable()).isTrue();
  }

  @Test
  void aClientThatCannotBeWrittenToIsNoReasonToAskAgain() {
    GeneratedAnswer unheard =
        new GeneratedAnswer(
            "four",
            4,
            response -> {
              throw Status.UNAVAILABLE.asRuntimeException();
            });
    unheard.begin();
    assertThatThrownBy(() -> unheard.accept(started())).isInstanceOf(StatusRuntimeException.class);
    assertThat(unheard.isRepeatable()).isFalse();
  }
}
