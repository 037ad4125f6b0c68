package ai.laconic.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a client gets to see of a failure. */
public final class Statuses {
  private Statuses() {}

  /** Checks how a call ends, and returns the failure. */
  public static StatusRuntimeException assertFails(
      Status.Code code, String message, ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).as("the call's failure").isNotNull();
    assertThat(thrown.getStatus().getCode()).as(thrown.getMessage()).isEqualTo(code);
    assertThat(thrown.getStatus().getDescription()).contains(message);
    return thrown;
  }

  /** Whether the failure says that trying again may help. */
  public static boolean saysRetry(StatusRuntimeException failure) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    return status != null && status.getDetailsList().stream().anyMatch(Statuses::isRetry);
  }

  private static boolean isRetry(Any detail) {
    try {
      return detail.is(RetryInfo.class) && detail.unpack(RetryInfo.class).hasRetryDelay();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
