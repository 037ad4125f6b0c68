package ai.laconic.runtime.graph;

import ai.laconic.runtime.onnx.GraphProto;
import ai.laconic.runtime.onnx.ModelProto;
import ai.laconic.runtime.onnx.OperatorSetIdProto;
import ai.laconic.runtime.onnx.StringStringEntryProto;
import ai.laconic.runtime.onnx.TensorProto;
import ai.laconic.runtime.onnx.TensorProto.DataLocation;
import ai.laconic.runtime.onnx.TensorProto.DataType;
import ai.laconic.runtime.onnx.TensorShapeProto;
import ai.laconic.runtime.onnx.TypeProto;
import ai.laconic.runtime.onnx.ValueInfoProto;
import ai.laconic.runtime.safetensors.Dtype;
import ai.laconic.runtime.safetensors.StoredTensor;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects the nodes and tensors of one graph. Values go by their names, as in ONNX; every method
 * that makes a value returns its name.
 */
final class GraphBuilder {
  /** Domain of ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  private static final int IR_VERSION = 10;
  private static final int OPSET = 21;

  private final GraphProto.Builder graph;
  private final Set<String> names = new HashSet<>();
  private final Map<String, TensorProto> storedTensors = new HashMap<>();
  private int operations;

  GraphBuilder(String name) {
    graph = GraphProto.newBuilder().setName(name);
  }

  /** Declares an input; a dimension is a number, or a name where it varies. */
  String input(String name, DataType type, Object... dimensions) {
    graph.addInput(valueInfo(named(name), type, dimensions));
    return name;
  }

  /** Declares that an existing value leaves the graph. */
  void output(String name, DataType type, Object... dimensions) {
    graph.addOutput(valueInfo(name, type, dimensions));
  }

  /** Adds a tensor that stays where it is stored, and returns it as 32-bit floats. */
  String weight(String name, StoredTensor tensor) {
    return weight(name, tensor, tensor.shape());
  }

  /** Does the same with the numbers in another shape. */
  String weight(String name, StoredTensor tensor, List<Long> shape) {
    String stored = stored(name, tensor, type(tensor.dtype()), shape);
    return tensor.dtype() == Dtype.F32 ? stored : cast(stored, DataType.FLOAT);
  }

  /**
   * Adds a table that stays where it is stored, and returns its rows for some ids as 32-bit floats.
   * Only these are widened: the table itself is neither copied nor converted.
   */
  String lookUp(String name, StoredTensor table, String ids) {
    String rows = op("Gather", stored(name, table), ids).with("axis", 0).output();
    return table.dtype() == Dtype.F32 ? rows : cast(rows, DataType.FLOAT);
  }

  /** Adds a tensor that stays where it is stored, in its own type. */
  String stored(String name, StoredTensor tensor) {
    return stored(name, tensor, type(tensor.dtype()), tensor.shape());
  }

  /**
   * Adds a tensor that stays where it is stored, and reads its bytes as another type or shape. A
   * second reference, as that of a tied output matrix, adds nothing.
   *
   * @param shape must take as many bytes as the tensor has
   */
  String stored(String name, StoredTensor tensor, DataType type, List<Long> shape) {
    TensorProto reference =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .addAllDims(shape)
            .setDataLocation(DataLocation.EXTERNAL)
            .addExternalData(entry("location", tensor.location()))
            .addExternalData(entry("offset", Long.toString(tensor.offset())))
            .addExternalData(entry("length", Long.toString(tensor.length())))
            .build();
    if (!reference.equals(storedTensors.put(name, reference))) {
      named(name);
      graph.addInitializer(reference);
    }
    return name;
  }

  /** Adds a list of numbers, for instance a shape. */
  String int64s(String name, long... values) {
    ByteBuffer bytes = littleEndian(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return inline(name, DataType.INT64, bytes, List.of((long) values.length));
  }

  /** Adds one number without dimensions. */
  String int64(String name, long value) {
    return inline(name, DataType.INT64, littleEndian(Long.BYTES).putLong(0, value), List.of());
  }

  /** Adds floats of a shape. */
  String floats(String name, float[] values, long... shape) {
    ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return inline(name, DataType.FLOAT, bytes, Arrays.stream(shape).boxed().toList());
  }

  /** Starts an operation of ONNX itself. */
  Operation op(String type, String... inputs) {
    return new Operation(this, "", type, List.of(inputs));
  }

  /** Starts an operation of ONNX Runtime's own. */
  Operation microsoftOp(String type, String... inputs) {
    return new Operation(this, MICROSOFT, type, List.of(inputs));
  }

  String cast(String value, DataType type) {
    return op("Cast", value).with("to", type.getNumber()).output();
  }

  /** Adds one byte, signed or not, as a list of one. */
  String oneByte(String name, DataType type, byte value) {
    return inline(name, type, ByteBuffer.wrap(new byte[] {value}), List.of(1L));
  }

  /** Normalises the last dimension by its root mean square and scales it. */
  String rmsNorm(String value, String scale, float epsilon) {
    return op("SimplifiedLayerNormalization", value, scale)
        .with("axis", -1)
        .with("epsilon", epsilon)
        .output();
  }

  byte[] build() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("laconic")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  void add(Operation operation, List<String> outputs) {
    outputs.forEach(this::named);
    graph.addNode(operation.toNode(outputs));
  }

  String freshName(String type) {
    return type + "_" + operations++;
  }

  /** Two values of one name would silently become one in some readers and an error in others. */
  private String named(String name) {
    if (!names.add(name)) {
      throw new IllegalStateException("value: " + name + " (expected: a name not used yet)");
    }
    return name;
  }

  private String inline(String name, DataType type, ByteBuffer bytes, List<Long> shape) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(named(name))
            .setDataType(type.getNumber())
            .addAllDims(shape)
            .setRawData(UnsafeByteOperations.unsafeWrap(bytes.rewind())));
    return name;
  }

  private static DataType type(Dtype dtype) {
    return switch (dtype) {
      case F32 -> DataType.FLOAT;
      case F16 -> DataType.FLOAT16;
      case BF16 -> DataType.BFLOAT16;
      case I8 -> DataType.INT8;
      case I32 -> DataType.INT32;
      case I64 -> DataType.INT64;
    };
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static ValueInfoProto valueInfo(String name, DataType type, Object... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dimension : dimensions) {
      if (dimension instanceof Number number) {
        shape.addDimBuilder().setDimValue(number.longValue());
      } else {
        shape.addDimBuilder().setDimParam(dimension.toString());
      }
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
