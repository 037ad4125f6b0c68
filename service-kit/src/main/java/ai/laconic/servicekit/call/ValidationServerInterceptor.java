package ai.laconic.servicekit.call;

import ai.laconic.servicekit.error.Problems;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;

/**
 * Checks every message that comes in against the rules in the proto: INVALID_ARGUMENT if it breaks
 * one or is no message at all, OUT_OF_RANGE for a uint32 of 2^31 or more, and for a time before
 * 1970 or after 9999.
 */
public final class ValidationServerInterceptor implements ServerInterceptor {
  private final Validator validator;

  public ValidationServerInterceptor(Validator validator) {
    this.validator = validator;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        try {
          check(message);
        } catch (RuntimeException e) {
          refused = true;
          throw e;
        }
        super.onMessage(message);
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }

  void check(Object request) {
    if (request instanceof MalformedRequest malformed) {
      throw Problems.invalid(
          "request",
          malformed.why(),
          "a message in the format of Protocol Buffers, as the API defines it");
    }
    Message message = (Message) request;
    List<Violation> violations;
    try {
      violations = validator.validate(message).getViolations();
    } catch (ValidationException e) {
      checkNumbers(message);
      throw new IllegalStateException(
          "rules of " + message.getDescriptorForType().getFullName() + " can't be evaluated", e);
    }
    if (!violations.isEmpty()) {
      throw BrokenRule.of(message, violations.get(0));
    }
    checkNumbers(message);
  }

  /** After the rules: theirs are closer limits, and say more. */
  private static void checkNumbers(Message message) {
    NumberLimits.Excess excess = NumberLimits.find(message);
    if (excess != null) {
      throw Problems.outOfRange(excess.path(), excess.value(), excess.expected());
    }
  }
}
