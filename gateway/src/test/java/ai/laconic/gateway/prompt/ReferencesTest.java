package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static ai.laconic.gateway.prompt.Prompts.compress;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferencesTest {
  @Test
  void findsContextsOnceAndInlineTextWhereItStands() {
    References references =
        References.of(
            List.of(
                user(text("a"), context(TWO), compress("inline")),
                user(compress("more"), context(ONE, 0), context(TWO))),
            2);
    assertThat(references.contexts()).containsExactly(TWO, ONE);
    assertThat(references.inline())
        .containsEntry(new PartKey(0, 2), ByteString.copyFromUtf8("inline"))
        .containsEntry(new PartKey(1, 0), ByteString.copyFromUtf8("more"))
        .hasSize(2);
  }

  @Test
  void refusesMoreContextsThanAllowed() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "contexts in the prompt: 2 (expected: at most 1)",
        () -> References.of(List.of(user(context(ONE), context(TWO))), 1));
  }

  @Test
  void refusesWhiteSpaceToCompress() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "turns[1].parts[1].compress: white space (expected: some text)",
        () -> References.of(List.of(user(text("a")), user(text("b"), compress(" \n"))), 1));
  }
}
