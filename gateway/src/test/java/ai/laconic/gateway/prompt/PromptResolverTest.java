package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static ai.laconic.gateway.prompt.Manifests.latent;
import static ai.laconic.gateway.prompt.Prompts.compress;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.range;
import static ai.laconic.gateway.prompt.Prompts.raw;
import static ai.laconic.gateway.prompt.Prompts.region;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.Hang;
import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.common.collect.ImmutableList;
import io.grpc.Status.Code;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PromptResolverTest {
  private final GatewayFixture gateway =
      GatewayFixture.with("limits.contexts-per-prompt", "2", "limits.expanded-text", "100B");

  @BeforeEach
  void hold() {
    gateway.cache.hold(
        "default",
        Manifests.context(ONE, 0, 0, 1, 1, 2),
        List.of("one0 ", "one1 ", "one2 ", "one3 ", "one4 "));
    gateway.cache.hold("default", Manifests.context(TWO, 0), List.of("two0 "));
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private void generate(Turn... turns) {
    List<GenerateResponse> unused =
        ImmutableList.copyOf(
            gateway
                .generation()
                .generate(GenerateRequest.newBuilder().addAllTurns(Arrays.asList(turns)).build()));
  }

  private DecodeRequest resolved(Turn... turns) {
    generate(turns);
    assertThat(gateway.decoder4.requests).hasSize(1);
    return gateway.decoder4.requests.remove();
  }

  @Test
  void textStaysAsItIsMarkersIncluded() {
    DecodeRequest request = resolved(user(text("<|memory_start|><|memory|>"), text("b")));
    assertThat(request.getTurns(0).getPartsList())
        .containsExactly(raw("<|memory_start|><|memory|>"), raw("b"));
    assertThat(request.getFingerprint()).as("no latents, no model").isEmpty();
  }

  @Test
  void partsKeepTheirOrderAndTheirOwnExpansions() {
    DecodeRequest request =
        resolved(
            Turn.newBuilder().setRole(Role.ROLE_SYSTEM).addParts(text("s")).build(),
            user(text("a"), range(ONE, 0, 2, 0), text("b"), range(ONE, 0, 2), context(TWO)),
            user(context(TWO, 0), context(ONE, 3, 2)));
    assertThat(request.getTurnsList())
        .extracting(DecodeTurn::getRole)
        .containsExactly(Role.ROLE_SYSTEM, Role.ROLE_USER, Role.ROLE_USER);
    assertThat(request.getTurns(1).getPartsList())
        .containsExactly(
            raw("a"),
            raw("one0 "),
            region(latent(ONE, 1)),
            raw("b"),
            region(latent(ONE, 0), latent(ONE, 1)),
            region(latent(TWO, 0)));
    assertThat(request.getTurns(2).getPartsList())
        .containsExactly(
            raw("two0 "),
            region(latent(ONE, 0), latent(ONE, 1)),
            raw("one2 one3 "),
            region(latent(ONE, 4)));
    assertThat(request.getFingerprint()).isEqualTo(Models.FINGERPRINT_A);
  }

  @Test
  void inlineTextIsARegionWhereItStandsWhicheverIsEncodedFirst() {
    CountDownLatch lastIsDone = new CountDownLatch(1);
    gateway.encoder4.script =
        (request, windows) -> {
          if (request.getText().equals("first")) {
            Hang.until(lastIsDone);
          }
          gateway.encoder4.encodeAll(request, windows);
          if (request.getText().equals("last")) {
            lastIsDone.countDown();
          }
        };
    DecodeRequest request =
        resolved(user(compress("first"), text("a")), user(compress("last"), context(TWO)));
    assertThat(request.getTurns(0).getPartsList()).containsExactly(encoded("first"), raw("a"));
    assertThat(request.getTurns(1).getPartsList())
        .containsExactly(encoded("last"), region(latent(TWO, 0)));
  }

  private DecodePart encoded(String text) {
    return region(
        gateway.encoder4.windows(text).stream()
            .map(EncodedWindow::getLatent)
            .toArray(LatentRef[]::new));
  }

  @Test
  void asksForEachManifestOnce() {
    assertThat(
            resolved(user(context(TWO), range(ONE, 0, 1)), user(context(TWO), context(ONE)))
                .getTurnsList())
        .hasSize(2);
    assertThat(gateway.cache.gets).hasValue(2);
  }

  @Test
  void refusesMoreContextsThanAllowed() {
    String three = "ctx_" + "3".repeat(32);
    assertFails(
        Code.INVALID_ARGUMENT,
        "contexts in the prompt: 3 (expected: at most 2)",
        () -> generate(user(context(ONE), context(TWO)), user(context(three))));
    assertThat(gateway.cache.gets).hasValue(0);
  }

  @Test
  void refusesMoreExpandedTextThanAllowed() {
    assertFails(
        Code.OUT_OF_RANGE,
        "expanded text: 110 bytes (expected: at most 100 bytes)",
        () ->
            generate(
                user(
                    context(ONE, 0, 1, 2, 3, 4),
                    context(ONE, 0, 1, 2, 3, 4),
                    context(TWO, 0),
                    compress("inline"))));
    assertThat(gateway.encoder4.requests).as("checked before anything is encoded").isEmpty();
  }

  @Test
  void saysWhichPartAsksForWhatItsContextDoesNotHave() {
    assertFails(
        Code.OUT_OF_RANGE,
        "turns[1].parts[1].context.range.end: 6 (expected: 1 to 5)",
        () -> generate(user(text("a")), user(text("b"), range(ONE, 0, 6))));
    assertFails(
        Code.OUT_OF_RANGE,
        "turns[0].parts[0].context.range.end: 2147483648 (expected: at most 2147483647)",
        () -> generate(user(range(ONE, 0, Integer.MIN_VALUE))));
    assertFails(
        Code.OUT_OF_RANGE,
        "turns[0].parts[0].context.expand: 9 (expected: 0 to 4)",
        () -> generate(user(context(ONE, 9))));
  }

  @Test
  void aCacheThatLostTextIsNotBelieved() {
    gateway.cache.losesTexts = true;
    assertFails(
        Code.DATA_LOSS,
        "text of context " + ONE + ": 0 segments came of 2 asked for",
        () -> generate(user(context(ONE, 1, 2))));
    assertThat(gateway.decoder4.requests).isEmpty();
  }
}
