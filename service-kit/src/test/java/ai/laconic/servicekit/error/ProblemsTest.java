package ai.laconic.servicekit.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProblemsTest {
  @Test
  void saysTheValueAndWhatWasExpected() throws Exception {
    StatusRuntimeException problem = Problems.invalid("ratio", 5, "4, 8 or 16");
    com.google.rpc.Status details = StatusProto.fromThrowable(problem);

    assertThat(problem.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(problem.getStatus().getDescription()).isEqualTo("ratio: 5 (expected: 4, 8 or 16)");
    ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getDomain()).isEqualTo("laconic");
    assertThat(info.getMetadataMap())
        .containsEntry("field", "ratio")
        .containsEntry("value", "5")
        .containsEntry("expected", "4, 8 or 16");
    assertThat(details.getDetails(1).unpack(BadRequest.class).getFieldViolations(0).getField())
        .isEqualTo("ratio");
  }

  @Test
  void saysWhenToComeBackExactlyIfThatMayHelp() throws Exception {
    StatusRuntimeException full =
        Problems.exhausted("queue", 65, "at most 64", Duration.ofMillis(1500));
    RetryInfo retry = StatusProto.fromThrowable(full).getDetails(1).unpack(RetryInfo.class);
    assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(1);
    assertThat(retry.getRetryDelay().getNanos()).isEqualTo(500_000_000);
    assertThat(StatusProto.fromThrowable(Problems.tooLarge("text", 9, "8")).getDetailsList())
        .noneMatch(detail -> detail.is(RetryInfo.class));
  }

  @Test
  void keepsAValueToOneBoundedLine() {
    String message =
        Problems.invalid("text", "line\n".repeat(1000), "less").getStatus().getDescription();
    assertThat(message).hasSizeLessThan(300).doesNotContain("\n").contains("5000 characters");
  }

  @Test
  void hidesWhatAnUnexpectedExceptionSays() {
    StatusRuntimeException problem = Problems.of(new IllegalStateException("the secret"));
    assertThat(problem.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(problem.getStatus().getDescription()).doesNotContain("secret");
  }

  @Test
  void findsTheStatusBehindOtherExceptions() {
    StatusRuntimeException inner = Problems.notFound("context", "ctx_1");
    assertThat(Problems.of(new RuntimeException(new IllegalStateException(inner)))).isSameAs(inner);
  }

  @Test
  void tellsGrpcsRetryWhenToTryAgainAndElseNotTo() {
    StatusRuntimeException full = Problems.exhausted("queue", 65, "64", Duration.ofMillis(1500));
    assertThat(pushback(full)).as("it has waited").isEqualTo("-1");
    assertThat(Problems.retryAfter(full)).contains(Duration.ofMillis(1500));
    StatusRuntimeException down = Problems.unavailable("x", "gone", Duration.ofMillis(50));
    assertThat(pushback(down)).isEqualTo("50");
    StatusRuntimeException wrong = Problems.invalid("ratio", 5, "4");
    assertThat(pushback(wrong)).isEqualTo("-1");
    assertThat(Problems.retryAfter(wrong)).isEmpty();
    assertThat(Problems.retryAfter(Status.UNAVAILABLE.asRuntimeException())).isEmpty();
  }

  private static @Nullable String pushback(StatusRuntimeException problem) {
    Metadata trailers = problem.getTrailers();
    assertThat(trailers).isNotNull();
    return trailers.get(
        Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER));
  }

  @Test
  void tellsWhatWasExplainedFromWhatTheTransportSays() {
    assertThat(Problems.isExplained(Problems.notFound("context", "x").getTrailers())).isTrue();
    assertThat(Problems.isExplained(new Metadata())).isFalse();
    assertThat(Problems.isExplained(null)).isFalse();
  }

  @Test
  void saysHowACallEnded() {
    Context.CancellableContext client = Context.current().withCancellation();
    client.cancel(null);
    assertThat(Problems.ended(client, "while waiting"))
        .hasMessage("CANCELLED: call: ended by its client while waiting");
    StatusRuntimeException own = Problems.unavailable("x", "gone", Duration.ofSeconds(1));
    Context.CancellableContext ours = Context.current().withCancellation();
    ours.cancel(own);
    assertThat(Problems.ended(ours, "while waiting")).isSameAs(own);
  }
}
