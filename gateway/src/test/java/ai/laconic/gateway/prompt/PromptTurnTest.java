package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static ai.laconic.gateway.prompt.Prompts.compress;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.range;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.SegmentRange;
import ai.laconic.v1.Turn;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PromptTurnTest {
  private static List<PromptTurn> read(Turn... turns) {
    return PromptTurn.of(List.of(turns));
  }

  @Test
  void readsTurnsAndPartsInOrder() {
    List<PromptTurn> turns =
        read(
            Turn.newBuilder().setRole(Role.ROLE_SYSTEM).addParts(text("s")).build(),
            user(text("a"), context(TWO), compress("inline"), range(ONE, 1, 3, 2, 1)));

    assertThat(turns)
        .containsExactly(
            new PromptTurn(
                "turns[0]",
                Role.ROLE_SYSTEM,
                List.of(new PromptPart.Raw(ByteString.copyFromUtf8("s")))),
            new PromptTurn(
                "turns[1]",
                Role.ROLE_USER,
                List.of(
                    new PromptPart.Raw(ByteString.copyFromUtf8("a")),
                    new ContextExcerpt("turns[1].parts[1].context", TWO, null, new TreeSet<>()),
                    new PromptPart.Compress(ByteString.copyFromUtf8("inline")),
                    new ContextExcerpt(
                        "turns[1].parts[3].context",
                        ONE,
                        SegmentRange.newBuilder().setFirst(1).setEnd(3).build(),
                        new TreeSet<>(List.of(1, 2))))));
  }

  @Test
  void refusesWhiteSpaceToCompress() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "turns[1].parts[1].compress: white space (expected: some text)",
        () -> read(user(text("a")), user(text("b"), compress(" \n"))));
  }

  @Test
  void refusesAPartOfNothing() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "turns[0].parts[1].part: missing (expected: a part)",
        () -> read(user(text("a"), Part.getDefaultInstance())));
  }

  @Test
  void refusesMorePiecesThanADecoderTakes() {
    PromptTurn turn = read(user(text("a"))).get(0);
    ResolvedPart part = new ResolvedPart.Text(ByteString.copyFromUtf8("a"));
    assertThat(turn.resolved(Collections.nCopies(4096, part)).parts()).hasSize(4096);
    assertFails(
        Code.OUT_OF_RANGE,
        "turns[0].parts: 4097 pieces once contexts are in place (expected: at most 4096)",
        () -> turn.resolved(Collections.nCopies(4097, part)));
  }
}
