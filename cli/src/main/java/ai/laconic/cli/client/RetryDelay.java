package ai.laconic.cli.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Optional;

/** When a gateway wants to be asked again. */
final class RetryDelay {
  private RetryDelay() {}

  /** Returns what a failed call says of it; empty if trying again doesn't help. */
  static Optional<Duration> of(Throwable thrown) {
    com.google.rpc.Status details = StatusProto.fromThrowable(thrown);
    if (details == null) {
      return Optional.empty();
    }
    return details.getDetailsList().stream()
        .filter(detail -> detail.is(RetryInfo.class))
        .findFirst()
        .map(
            detail -> {
              try {
                var delay = detail.unpack(RetryInfo.class).getRetryDelay();
                return Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
              } catch (InvalidProtocolBufferException e) {
                return Duration.ZERO;
              }
            });
  }
}
