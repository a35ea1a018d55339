// Command storage-provisioner makes PersistentVolumes out of folders of a one-node cluster: for each claim of its StorageClass it creates a
// folder and a hostPath volume bound to the node, and it removes both when the claim goes. A StorageClass with the parameter shared: "true"
// gives volumes that are bound to no node, and may be mounted everywhere at once. Everything about claims, binding and retries is the
// Kubernetes storage library's; this program only makes and removes folders.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

type folders struct {
	root string
	node string
}

// Provision makes the folder of one claim. Mode 0777 because hostPath volumes do not honour fsGroup, and runners are not root.
func (f folders) Provision(_ context.Context, options controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	affinity, err := f.affinity(options)
	if err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	path := filepath.Join(f.root, fmt.Sprintf("%s_%s_%s", options.PVName, options.PVC.Namespace, options.PVC.Name))
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if err := os.Chmod(path, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: options.PVC.Spec.Resources.Requests[v1.ResourceStorage]},
			PersistentVolumeSource:        v1.PersistentVolumeSource{HostPath: &v1.HostPathVolumeSource{Path: path}},
			NodeAffinity:                  affinity,
		},
	}, controller.ProvisioningFinished, nil
}

// affinity ties a volume to the node with its folder, unless the class shares it. A claim that asks for more than its class can give is
// refused: bound, it would fail only in its second pod.
func (f folders) affinity(options controller.ProvisionOptions) (*v1.VolumeNodeAffinity, error) {
	for name, value := range options.StorageClass.Parameters {
		if name != "shared" || (value != "true" && value != "false") {
			return nil, fmt.Errorf("StorageClass %s: unknown parameter %s=%q (known: shared, true or false)", options.StorageClass.Name, name, value)
		}
	}
	if options.StorageClass.Parameters["shared"] == "true" {
		return nil, nil
	}
	for _, mode := range options.PVC.Spec.AccessModes {
		if mode != v1.ReadWriteOnce && mode != v1.ReadWriteOncePod {
			return nil, fmt.Errorf("StorageClass %s gives volumes of one node, not %s: use a class with the parameter shared", options.StorageClass.Name, mode)
		}
	}
	return &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
		MatchExpressions: []v1.NodeSelectorRequirement{{Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{f.node}}},
	}}}}, nil
}

// Delete removes the folder of a released volume; a folder outside the root is refused, whatever the volume says.
func (f folders) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	path := filepath.Clean(volume.Spec.HostPath.Path)
	if filepath.Dir(path) != filepath.Clean(f.root) {
		return fmt.Errorf("volume %s lies at %s, outside %s: not removed", volume.Name, path, f.root)
	}
	return os.RemoveAll(path)
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig file")
	name := flag.String("provisioner", "runner-platform.invalid/folders", "provisioner name, as in the StorageClass")
	root := flag.String("root", "", "folder in which volumes are made")
	node := flag.String("node", "", "name of the node that sees the folder")
	flag.Parse()
	if *kubeconfig == "" || *root == "" || *node == "" {
		log.Fatal("--kubeconfig, --root and --node are needed")
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	controller.NewProvisionController(ctx, client, *name, folders{root: *root, node: *node},
		controller.LeaderElection(false)).Run(ctx)
}
