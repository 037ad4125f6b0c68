package ai.laconic.servicekit.call;

import ai.laconic.servicekit.error.Problems;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.stream.Collectors;

/** Checks every message that comes in against the rules in the proto; INVALID_ARGUMENT if not. */
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
          check((Message) message);
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

  private void check(Message message) {
    ValidationResult result;
    try {
      result = validator.validate(message);
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "rules of " + message.getDescriptorForType().getFullName() + " can't be evaluated", e);
    }
    if (result.isSuccess()) {
      return;
    }
    build.buf.validate.Violation violation = result.getViolations().get(0).toProto();
    Object value =
        result.getViolations().get(0).getFieldValue() == null
            ? "missing"
            : result.getViolations().get(0).getFieldValue().getValue();
    throw Problems.invalid(path(violation.getField()), value, violation.getMessage());
  }

  private static String path(FieldPath path) {
    return path.getElementsList().stream()
        .map(ValidationServerInterceptor::element)
        .collect(Collectors.joining("."));
  }

  private static String element(FieldPathElement element) {
    return element.hasIndex()
        ? element.getFieldName() + "[" + element.getIndex() + "]"
        : element.getFieldName();
  }
}
