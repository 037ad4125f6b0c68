package ai.laconic.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Looks at the statuses that calls fail with. */
public final class Statuses {
  private Statuses() {}

  /** Checks that {@code call} fails with {@code code}; returns its message to look at. */
  public static AbstractStringAssert<?> assertFails(Status.Code code, ThrowingCallable call) {
    return assertThat(failure(code, call).getDescription());
  }

  /** As {@link #assertFails}, and that the problem says when to try again. */
  public static AbstractStringAssert<?> assertFailsForNow(Status.Code code, ThrowingCallable call) {
    Throwable[] thrown = new Throwable[1];
    Status status =
        failure(
            code,
            () -> {
              thrown[0] = catchThrowable(call);
              throw thrown[0];
            });
    com.google.rpc.Status details = StatusProto.fromThrowable(thrown[0]);
    assertThat(details).isNotNull();
    assertThat(details.getDetailsList()).anyMatch(detail -> detail.is(RetryInfo.class));
    return assertThat(status.getDescription());
  }

  private static Status failure(Status.Code code, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOfAny(StatusRuntimeException.class, StatusException.class);
    Status status = Status.fromThrowable(thrown);
    assertThat(status.getCode()).as(status.toString()).isEqualTo(code);
    return status;
  }
}
